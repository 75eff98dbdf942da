import { useWords } from '../i18n.js';
import { ConfirmButton, useAction } from '../parts/action.js';
import { keepFocusNear } from '../parts/focus.js';
import { useNotify } from '../parts/notices.js';
import { RECORD_COMPLETIONS } from './mutations.js';
import type { PollHead } from './queries.js';

/** Says that people have completed the poll elsewhere, such as on paper. */
export function RecordCompletions({
  poll: { id, title },
  chosen,
  forget,
  onDone,
}: {
  poll: PollHead;
  chosen: ReadonlySet<string>;
  forget: () => void;
  onDone: () => void;
}) {
  const { t } = useWords();
  const notify = useNotify();
  const action = useAction(RECORD_COMPLETIONS);
  return (
    <>
      <ConfirmButton
        label={t('polls.record', { count: chosen.size })}
        title={t('polls.recordTitle')}
        action={action}
        run={async () => {
          const done = await action.run({ pollId: id, userIds: [...chosen] });
          if (!done) return undefined;
          notify(t('polls.recorded', { count: done.recordPollCompletions.recorded }));
          forget();
          onDone();
          return done;
        }}
      >
        <p>{t('polls.recordMeans', { count: chosen.size, title })}</p>
      </ConfirmButton>
      <button
        type="button"
        className="plain"
        onClick={(event) => {
          keepFocusNear(event.currentTarget);
          forget();
        }}
      >
        {t('polls.chooseNobody')}
      </button>
    </>
  );
}
