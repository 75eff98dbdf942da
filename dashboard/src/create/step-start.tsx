import { Link, useLocation } from 'wouter';
import { START } from '../campaign-parts/queries.js';
import { BesideAnother, useBesideAnother } from '../campaign-parts/run-anyway.js';
import { useWords } from '../i18n.js';
import { ConfirmButton, useAction } from '../parts/action.js';
import { Figures } from '../parts/figures.js';
import { Moment } from '../parts/moment.js';
import { FieldProblems, problemsIn } from '../parts/problems.js';
import type { CampaignToEdit } from './draft.js';
import { useDuration } from './duration.js';
import type { Preview, Topic } from './queries.js';
import { Warnings } from './warnings.js';

function Confirmation({
  preview,
  beside,
}: {
  preview: Preview;
  beside: Pick<ReturnType<typeof useBesideAnother>, 'besideAnother' | 'isOffered' | 'choose'>;
}) {
  const { t } = useWords();
  const duration = useDuration();
  const hasOther = preview.warnings.some(({ code }) => code === 'ANOTHER_CAMPAIGN_RUNS');
  return (
    <>
      <p>
        {t('create.startMeans', {
          count: preview.audienceSize,
          duration: duration(preview.estimatedDurationMs),
        })}
      </p>
      <Warnings
        of={preview}
        only={['EMPTY_AUDIENCE', 'ENDS_AFTER_POLL_CLOSES', 'MANY_REMINDED_RECENTLY', 'SANDBOX']}
      />
      <BesideAnother of={{ ...beside, isOffered: hasOther || beside.isOffered }} />
    </>
  );
}

/** The end of the way: what it will do, and the button that does it. */
export function StartStep({
  campaign: { id, scheduledFor },
  preview,
  topic,
  canStart,
}: {
  campaign: CampaignToEdit;
  preview: Preview | undefined;
  topic: Topic | undefined;
  canStart: boolean;
}) {
  const { t, number } = useWords();
  const [, navigate] = useLocation();
  const beside = useBesideAnother(useAction(START));
  const duration = useDuration();
  if (!preview) return null;
  const closed = problemsIn(preview.userErrors).at('topicId');
  const label = t('create.startNow', { count: preview.audienceSize });
  return (
    <>
      <Figures
        of={[
          { label: t('create.poll'), value: topic?.title },
          { label: t('create.toRemind'), value: number(preview.audienceSize) },
          { label: t('create.duration'), value: duration(preview.estimatedDurationMs) },
          {
            label: t('create.begins'),
            value: scheduledFor === null ? t('create.byHand') : <Moment at={scheduledFor} />,
          },
        ]}
      />
      <Warnings
        of={preview}
        only={[
          'ANOTHER_CAMPAIGN_RUNS',
          'EMPTY_AUDIENCE',
          'ENDS_AFTER_POLL_CLOSES',
          'MANY_REMINDED_RECENTLY',
          'LONG_WITH_LONGEST_NAME',
          'SANDBOX',
        ]}
      />
      <FieldProblems id="start-problems" messages={closed} />
      <div className="actions">
        <ConfirmButton
          label={label}
          title={t('create.startTitle')}
          primary
          disabled={!canStart}
          action={beside.action}
          run={async () => {
            const done = await beside.action.run({ id, besideAnother: beside.besideAnother });
            if (done) navigate(`/campaigns/${id}`);
            return done;
          }}
        >
          <Confirmation preview={preview} beside={beside} />
        </ConfirmButton>
        <Link href={`/campaigns/${id}`} className="button">
          {scheduledFor === null ? t('create.keep') : t('create.keepScheduled')}
        </Link>
      </div>
    </>
  );
}
