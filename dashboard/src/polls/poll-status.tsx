import { useWords } from '../i18n.js';

export const POLL_STATUSES = ['OPEN', 'DRAFT', 'CLOSED'] as const;

export function PollStatus({ of }: { of: (typeof POLL_STATUSES)[number] }) {
  const { t } = useWords();
  return <span className={`status ${of === 'OPEN' ? 'RUNNING' : of}`}>{t(`pollStatus.${of}`)}</span>;
}
