import { useMemo } from 'react';
import { useFresh } from '../api.js';
import { useCalmReread } from '../parts/calm-reread.js';
import { bucketFor } from '../parts/bucket.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Chart } from '../parts/chart.js';
import { readerZone } from '../parts/local-time.js';
import { COMPLETIONS, type Completions as Read, type PollHead } from './queries.js';

interface Sums {
  at: string[];
  values: number[];
}

/**
 * How many had completed the poll up to a time. Buckets without any are not in the answer, so a time before each bucket
 * has a value of its own; what is older than the oldest bucket counts from the start.
 */
function sumUp({ completedCount, completionsOverTime }: Read, marks: readonly string[]): Sums {
  const [first] = completionsOverTime;
  if (first === undefined) return { at: [], values: [] };
  let sum = completedCount - completionsOverTime.reduce((all, { count }) => all + count, 0);
  const begin = [first.at, ...marks].sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? first.at;
  const points = [{ at: begin, sum }];
  for (const { at, count } of completionsOverTime) {
    points.push({ at, sum });
    sum += count;
    points.push({ at: new Date(Date.parse(at) + 1).toISOString(), sum });
  }
  const [last] = marks.toSorted((a, b) => Date.parse(b) - Date.parse(a));
  if (last !== undefined && Date.parse(last) > Date.parse(points.at(-1)?.at ?? ''))
    points.push({ at: last, sum });
  return { at: points.map(({ at }) => at), values: points.map((point) => point.sum) };
}

function CompletionsChart({ of }: { of: Read }) {
  const { t } = useWords();
  const marks = useMemo(
    () =>
      of.campaigns.nodes.flatMap(({ id, name, startedAt }) =>
        startedAt === null ? [] : [{ at: startedAt, label: name ?? id }],
      ),
    [of],
  );
  const { at, values } = useMemo(
    () =>
      sumUp(
        of,
        marks.map((mark) => mark.at),
      ),
    [of, marks],
  );
  return (
    <Chart
      label={t('polls.overTime')}
      at={at}
      series={[{ label: t('polls.completed'), color: 'sent', values }]}
      marks={marks}
    />
  );
}

/** Completions over time, with the campaigns that may have brought them. */
export function Completions({ poll: { id, createdAt, completedCount } }: { poll: PollHead }) {
  const { t } = useWords();
  const answer = useFresh(COMPLETIONS, { id, bucket: bucketFor(createdAt), timeZone: readerZone() });
  useCalmReread(answer, String(completedCount));
  return (
    <section>
      <h2>{t('polls.overTime')}</h2>
      <p className="quiet">{t('polls.overTimeHint')}</p>
      <Answer of={answer}>{({ poll }) => poll && <CompletionsChart of={poll} />}</Answer>
    </section>
  );
}
