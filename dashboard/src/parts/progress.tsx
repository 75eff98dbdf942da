import { useWords } from '../i18n.js';

interface Figures {
  totalUsers: number;
  pendingUsers: number;
  sentUsers: number;
  failedUsers: number;
  skippedUsers: number;
  unconfirmedUsers: number;
  progressPercentage: number;
}

const PARTS = ['sentUsers', 'unconfirmedUsers', 'skippedUsers', 'failedUsers'] as const;

/** A bar of the outcomes, with its figures in words. */
export function Progress({ of }: { of: Figures }) {
  const { t, number } = useWords();
  const share = (count: number) => (of.totalUsers === 0 ? 0 : (count / of.totalUsers) * 100);
  const done = of.totalUsers - of.pendingUsers;
  return (
    <div className="progress">
      <div
        role="progressbar"
        aria-label={t('progress.label', { percent: Math.round(of.progressPercentage) })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(of.progressPercentage)}
      >
        <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
          {PARTS.map((part, index) => {
            const before = PARTS.slice(0, index).reduce((sum, other) => sum + of[other], 0);
            return <rect key={part} className={part} x={share(before)} width={share(of[part])} height={1} />;
          })}
        </svg>
      </div>
      <span className="figures">
        {t('progress.of', { done: number(done), total: number(of.totalUsers) })}
      </span>
    </div>
  );
}
