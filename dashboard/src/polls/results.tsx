import { useFresh } from '../api.js';
import { useCalmReread } from '../campaign/calm-reread.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Table } from '../parts/table.js';
import { RESULTS, type PollHead } from './queries.js';
import { Share } from './share.js';

/** From so many completed on, and in such steps, the counts of an anonymous poll are shown. */
const ANONYMOUS_STEP = 5;

/** What was answered, question by question. */
export function Results({
  poll: { id, anonymous, status, completedCount, startedCount },
}: {
  poll: PollHead;
}) {
  const { t, number } = useWords();
  const results = useFresh(RESULTS, { id });
  useCalmReread(results, `${completedCount} ${startedCount} ${status}`);
  const isHidden = anonymous && status !== 'CLOSED';
  return (
    <section>
      <h2>{t('polls.answers')}</h2>
      {isHidden && <p className="warnings plain">{t('polls.anonymousHint', { count: ANONYMOUS_STEP })}</p>}
      <Answer of={results}>
        {({ poll }) =>
          poll?.questions.map(({ id: questionId, text, options }, index) => {
            const all = options.reduce((sum, option) => sum + option.answerCount, 0);
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
