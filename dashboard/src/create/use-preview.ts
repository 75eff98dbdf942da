import { useEffect, useRef, useState } from 'react';
import { useFresh, type Fresh } from '../api.js';
import type { ResultOf } from '../graphql.js';
import { toInput, type CampaignInput, type Draft } from './draft.js';
import { PREVIEW } from './queries.js';

const SHORTEST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5000;

interface DraftPreview {
  preview: Fresh<ResultOf<typeof PREVIEW>>;
  /** False while it is still about what was written before. */
  isCurrent: boolean;
}

/** What the API says that the draft would do, once its writer pauses: the longer, the longer the API takes to count. */
export function usePreview(draft: Draft): DraftPreview {
  const { translations } = draft;
  // A language that was just added is not an error yet.
  const begun = translations.findLastIndex(({ languageCode }) => languageCode !== '') + 1;
  const input = JSON.stringify(toInput({ ...draft, translations: translations.slice(0, begun) }));
  const [settled, setSettled] = useState(input);
  const asked = useRef({ at: 0, pauseMs: SHORTEST_PAUSE_MS });
  useEffect(() => {
    const timer = setTimeout(() => {
      asked.current.at = performance.now();
      setSettled(input);
    }, asked.current.pauseMs);
    return () => {
      clearTimeout(timer);
    };
  }, [input]);
  const variables = { input: JSON.parse(settled) as CampaignInput };
  const preview = useFresh(PREVIEW, variables, { pause: variables.input.topicId === '' });
  useEffect(() => {
    const tookMs = performance.now() - asked.current.at;
    asked.current.pauseMs = Math.max(SHORTEST_PAUSE_MS, Math.min(LONGEST_PAUSE_MS, tookMs));
  }, [preview.data]);
  return { preview, isCurrent: settled === input && !preview.loading };
}
