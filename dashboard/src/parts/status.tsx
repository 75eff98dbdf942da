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

type CodeOf<Area extends string> = MessageKey extends infer Key
  ? Key extends `${Area}.${infer Code}`
    ? Code
    : never
  : never;
export type FailureCode = CodeOf<'failure'>;
export type StandstillCode = CodeOf<'standstill'>;

interface Held {
  status: Status;
  standstill: { code: StandstillCode; until: string | null } | null;
  failure: { code: FailureCode } | null;
}

/** Why a campaign does not get on, in words. */
export function WhyHeld({ of }: { of: Held }) {
  const { t } = useWords();
  if (of.failure && (of.status === 'FAILED' || of.status === 'PAUSED'))
    return <span className="why">{t(`failure.${of.failure.code}`)}</span>;
  if (of.standstill === null) return null;
  return (
    <span className="why">
      {t(`standstill.${of.standstill.code}`)}
      {of.standstill.until !== null && (
        <>
          {' '}
          <Moment at={of.standstill.until} />
        </>
      )}
    </span>
  );
}
