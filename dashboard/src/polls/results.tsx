import { useFresh } from '../api.js';
import { useCalmReread } from '../parts/calm-reread.js';
import type { ResultOf } from '../graphql.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Table } from '../parts/table.js';
import { RESULTS, type PollHead } from './queries.js';
import { Share } from './share.js';

/** From so many completed on, and in such steps, the counts of an anonymous poll are shown. */
const ANONYMOUS_STEP = 5;

function countAnswers(options: readonly { answerCount: number }[]): number {
  return options.reduce((sum, option) => sum + option.answerCount, 0);
}

/** How many have completed the poll without answers that are shown. */
function countWithoutAnswers(of: ResultOf<typeof RESULTS> | undefined, completedCount: number): number {
  const fewest = Math.min(...(of?.poll?.questions.map(({ options }) => countAnswers(options)) ?? []));
  return Math.max(0, completedCount - fewest);
}

/** What was answered, question by question. */
export function Results({
  poll: { id, anonymous, status, completedCount, startedCount },
}: {
  poll: PollHead;
}) {
  const { t, number } = useWords();
  const results = useFresh(RESULTS, { id });
  useCalmReread(results, `${completedCount} ${startedCount} ${status}`);
  const without = countWithoutAnswers(results.data, completedCount);
  const isHidden = anonymous && (status !== 'CLOSED' || without === 1);
  return (
    <section>
      <h2>{t('polls.answers')}</h2>
      {isHidden && <p className="warnings plain">{t('polls.anonymousHint', { count: ANONYMOUS_STEP })}</p>}
      {!isHidden && without > 0 && <p className="quiet">{t('polls.withoutAnswers', { count: without })}</p>}
      <Answer of={results}>
        {({ poll }) =>
          poll?.questions.map(({ id: questionId, text, options }, index) => {
            const all = countAnswers(options);
            return (
              <section key={questionId} className="question-results">
                <h3>
                  {number(index + 1)}. {text}{' '}
                  <span className="quiet">{t('polls.answerCount', { count: all })}</span>
                </h3>
                <Table
                  label={text}
                  rows={options}
                  keyOf={(option) => option.id}
                  columns={[
                    { label: t('polls.option'), cell: (option) => option.text },
                    {
                      label: t('polls.answers'),
                      kind: 'number',
                      cell: (option) => number(option.answerCount),
                    },
                    {
                      label: t('polls.share'),
                      kind: 'wide',
                      cell: (option) => <Share part={option.answerCount} whole={all} />,
                    },
                  ]}
                />
              </section>
            );
          })
        }
      </Answer>
    </section>
  );
}
