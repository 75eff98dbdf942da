import { useState } from 'react';
import { useFresh } from '../api.js';
import { BesideAnother, useBesideAnother } from '../campaign-parts/run-anyway.js';
import { useWords } from '../i18n.js';
import { ConfirmButton, useAction } from '../parts/action.js';
import { Answer } from '../parts/answer.js';
import { useNotify } from '../parts/notices.js';
import { RETRY } from './action-queries.js';
import { OUTCOMES, type CampaignState, type DeliveryReason, type Outcome } from './queries.js';
import { RETRYABLE, type RetryableStatus } from './retry-choice.js';

interface Choice {
  status: RetryableStatus;
  /** Null for all of the status. */
  reasons: readonly DeliveryReason[] | null;
}

/** Sends again what came to nothing: of one status, for chosen reasons. */
export function Retry({
  campaign,
  status,
  reason,
  onDone,
  ...offer
}: {
  campaign: CampaignState;
  /** What is chosen at first. */
  status?: RetryableStatus;
  reason?: DeliveryReason | null;
  onDone?: () => void;
  isOffered?: boolean;
  whyNot?: string;
}) {
  const { t } = useWords();
  const notify = useNotify();
  const initial: Choice = { status: status ?? firstStatusOf(campaign), reasons: reason ? [reason] : null };
  const [choice, setChoice] = useState(initial);
  const retry = useAction(RETRY);
  const beside = useBesideAnother(retry);
  async function run(): Promise<unknown> {
    const done = await retry.run({
      id: campaign.id,
      statuses: [choice.status],
      reasons: choice.reasons === null ? null : [...choice.reasons],
      besideAnother: beside.besideAnother,
    });
    if (done) notify(t('campaign.retried', { count: done.retryDeliveries.retriedCount }));
    if (done) onDone?.();
    return done;
  }
  return (
    <ConfirmButton
      {...offer}
      label={t('campaign.retry')}
      title={t('campaign.retryTitle')}
      isReady={choice.reasons?.length !== 0}
      onOpen={() => {
        setChoice(initial);
      }}
      action={beside.action}
      run={run}
    >
      <RetryChoice campaign={campaign} choice={choice} onChange={setChoice} />
      <BesideAnother of={beside} />
    </ConfirmButton>
  );
}

function firstStatusOf({ failedUsers, unconfirmedUsers }: CampaignState): RetryableStatus {
  if (failedUsers > 0) return 'FAILED';
  return unconfirmedUsers > 0 ? 'UNCONFIRMED' : 'SKIPPED';
}

function RetryChoice({
  campaign: { id },
  choice,
  onChange,
}: {
  campaign: CampaignState;
  choice: Choice;
  onChange: (choice: Choice) => void;
}) {
  const { t, number } = useWords();
  const answer = useFresh(OUTCOMES, { id });
  return (
    <Answer of={answer}>
      {({ campaign }) => {
        const outcomes = campaign?.outcomes ?? [];
        const ofStatus = outcomes.filter(({ status }) => status === choice.status);
        const count = sumOf(ofStatus.filter((outcome) => isChosen(outcome, choice)));
        return (
          <>
            <fieldset>
              <legend>{t('campaign.retryWhich')}</legend>
              {RETRYABLE.map((status) => {
                const all = sumOf(outcomes.filter((outcome) => outcome.status === status));
                return (
                  <label key={status} className="check">
                    <input
                      type="radio"
                      name="status"
                      disabled={all === 0}
                      checked={choice.status === status}
                      onChange={() => {
                        onChange({ status, reasons: null });
                      }}
                    />
                    {t(`deliveryStatus.${status}`)} <b>{number(all)}</b>
                  </label>
                );
              })}
            </fieldset>
            <Reasons of={ofStatus} choice={choice} onChange={onChange} />
            {choice.status === 'UNCONFIRMED' && <p className="warnings">{t('campaign.maybeTwice')}</p>}
            <p>
              <b>{t('campaign.retryCount', { count })}</b> {t('campaign.retryRest')}
            </p>
          </>
        );
      }}
    </Answer>
  );
}

function sumOf(outcomes: readonly Outcome[]): number {
  return outcomes.reduce((sum, { count }) => sum + count, 0);
}

function isChosen({ reason }: Outcome, { reasons }: Choice): boolean {
  return reasons === null || (reason !== null && reasons.includes(reason));
}

function Reasons({
  of,
  choice,
  onChange,
}: {
  of: readonly Outcome[];
  choice: Choice;
  onChange: (choice: Choice) => void;
}) {
  const { t, number } = useWords();
  const known = of.flatMap(({ reason, count }) => (reason === null ? [] : [{ reason, count }]));
  if (known.length === 0) return null;
  const chosen = choice.reasons ?? known.map(({ reason }) => reason);
  return (
    <fieldset>
      <legend>{t('campaign.reason')}</legend>
      {known.map(({ reason, count }) => (
        <label key={reason} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(reason)}
            onChange={(event) => {
              const reasons = known
                .map((one) => one.reason)
                .filter((one) => (one === reason ? event.target.checked : chosen.includes(one)));
              onChange({ ...choice, reasons: reasons.length === of.length ? null : reasons });
            }}
          />
          {t(`reason.${reason}`)} <b>{number(count)}</b>
        </label>
      ))}
    </fieldset>
  );
}
