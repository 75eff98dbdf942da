import { useWords } from '../i18n.js';

/** Whether the bot can remind somebody, and else why not. */
export const USER_STATUSES = ['ACTIVE', 'OPTED_OUT', 'BLOCKED', 'UNREACHABLE', 'DEACTIVATED'] as const;

export function UserStatus({ of }: { of: (typeof USER_STATUSES)[number] }) {
  const { t } = useWords();
  return <span className={`status ${of === 'ACTIVE' ? 'DONE' : of}`}>{t(`userStatus.${of}`)}</span>;
}
