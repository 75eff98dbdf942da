import { useEffect, useState } from 'react';
import { useFresh, type Fresh } from '../api.js';
import type { ResultOf } from '../graphql.js';
import { toInput, type CampaignInput, type Draft } from './draft.js';
import { PREVIEW } from './queries.js';

const TYPING_PAUSE_MS = 300;

/** What the API says that the draft would do, once its writer pauses. */
export function usePreview(draft: Draft): Fresh<ResultOf<typeof PREVIEW>> {
  const { translations } = draft;
  // A language that was just added is not an error yet.
  const begun = translations.findLastIndex(({ languageCode }) => languageCode !== '') + 1;
  const input = JSON.stringify(toInput({ ...draft, translations: translations.slice(0, begun) }));
  const [settled, setSettled] = useState(input);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(input);
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [input]);
  return useFresh(
    PREVIEW,
    { input: JSON.parse(settled) as CampaignInput },
    { pause: (JSON.parse(settled) as CampaignInput).topicId === '' },
  );
}
