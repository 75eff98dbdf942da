import { useWords, type MessageKey } from '../i18n.js';
import { Moment } from './moment.js';

export const STATUSES = [
  'PROCESSING',
  'PAUSED',
  'FAILED',
  'SCHEDULED',
  'PENDING',
  'COMPLETED',
  'CANCELLED',
] as const;
export type Status = (typeof STATUSES)[number];

export function StatusMark({ status }: { status: Status }) {
  const { t } = useWords();
  return <span className={`status ${status}`}>{t(`status.${status}`)}</span>;
}

type StandstillKey = Extract<MessageKey, `standstill.${Uppercase<string>}`>;

interface Held {
  status: Status;
  standstill: { code: string; until: string | null } | null;
  failure: { message: string } | null;
}

/** Why a campaign does not get on, in words. */
export function WhyHeld({ of }: { of: Held }) {
  const { t } = useWords();
  if (of.failure && (of.status === 'FAILED' || of.status === 'PAUSED'))
    return <span className="why">{of.failure.message}</span>;
  if (of.standstill === null) return null;
  return (
    <span className="why">
      {t(`standstill.${of.standstill.code}` as StandstillKey)}
      {of.standstill.until !== null && (
        <>
          {' '}
          <Moment at={of.standstill.until} />
        </>
      )}
    </span>
  );
}
