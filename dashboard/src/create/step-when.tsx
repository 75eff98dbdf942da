import { useId } from 'react';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { LAST_LOCAL_INPUT, readerZone } from '../parts/local-time.js';
import { Moment } from '../parts/moment.js';
import { describedBy, FieldProblems } from '../parts/problems.js';
import { TextField } from '../parts/text-field.js';
import { PACING } from './draft.js';
import { useDuration } from './duration.js';
import { DEFAULTS } from './queries.js';
import type { StepProps } from './step-props.js';
import { Warnings } from './warnings.js';

function Schedule({ draft, change, problems }: StepProps) {
  const { t } = useWords();
  const id = useId();
  const messages = problems.at('scheduledFor');
  return (
    <fieldset {...describedBy(id, messages)}>
      <legend>{t('create.begins')}</legend>
      {[false, true].map((isScheduled) => (
        <label key={String(isScheduled)} className="check">
          <input
            type="radio"
            name="begins"
            checked={draft.isScheduled === isScheduled}
            onChange={() => {
              change({ isScheduled });
            }}
          />
          {t(isScheduled ? 'create.scheduled' : 'create.byHand')}
        </label>
      ))}
      {draft.isScheduled && (
        <label>
          {t('create.at', { zone: readerZone() })}
          <input
            type="datetime-local"
            max={LAST_LOCAL_INPUT}
            value={draft.scheduledFor}
            {...describedBy(id, messages)}
            onChange={(event) => {
              change({ scheduledFor: event.target.value });
            }}
          />
        </label>
      )}
      <FieldProblems id={id} messages={messages} />
    </fieldset>
  );
}

function PacingFields({ draft, change, problems }: StepProps) {
  const { t, number } = useWords();
  const { data } = useFresh(DEFAULTS, {});
  const installation = data?.installation;
  return (
    <fieldset>
      <legend>{t('create.pacing')}</legend>
      <p className="quiet">
        {t('create.pacingHint')}{' '}
        {installation && t('create.limit', { rate: number(installation.messagesPerSecond) })}
      </p>
      <div className="fields">
        {PACING.map((part) => (
          <TextField
            key={part}
            label={t(`pacing.${part}`)}
            type="number"
            min={part === 'chunkSize' ? 1 : 0}
            value={draft.pacing[part]}
            placeholder={installation?.defaultPacing[part].toString()}
            problems={problems.at(`pacing.${part}`)}
            onChange={(value) => {
              change({ pacing: { ...draft.pacing, [part]: value } });
            }}
          />
        ))}
      </div>
    </fieldset>
  );
}

/** How long it takes, and whether that is before the poll closes. */
function Span({ draft, preview, topic }: StepProps) {
  const { t } = useWords();
  const duration = useDuration();
  if (!preview) return null;
  const { audienceSize, estimatedDurationMs, estimatedFinishAt, finishesBeforePollCloses } = preview;
  return (
    <section className="draft-outcome">
      <p role="status" className="large">
        {t('create.takes', { count: audienceSize, duration: duration(estimatedDurationMs) })}
      </p>
      <p>
        {t(draft.isScheduled ? 'create.endsAt' : 'create.endsIfNow')} <Moment at={estimatedFinishAt} />
        {topic?.closesAt && finishesBeforePollCloses && (
          <>
            {' · '}
            {t('create.endsInTime')} <Moment at={topic.closesAt} />
          </>
        )}
        {topic?.closesAt === null && ` · ${t('create.neverCloses')}`}
      </p>
      <Warnings of={preview} only={['ENDS_AFTER_POLL_CLOSES']} />
    </section>
  );
}

export function WhenStep(props: StepProps) {
  return (
    <div className={props.hasStarted ? undefined : 'two-columns'}>
      <div>
        {!props.hasStarted && <Schedule {...props} />}
        <PacingFields {...props} />
      </div>
      {!props.hasStarted && <Span {...props} />}
    </div>
  );
}
