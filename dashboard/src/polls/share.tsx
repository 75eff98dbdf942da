import { useWords } from '../i18n.js';

/** @returns 0 to 100; of nobody it is 0 */
export function percentage(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(100, (part / whole) * 100);
}

/** A part of a whole as a bar, with its percentage. What it is a part of stands beside it. */
export function Share({ part, whole }: { part: number; whole: number }) {
  const { number } = useWords();
  const percent = percentage(part, whole);
  return (
    <div className="share">
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect className="sentUsers" width={percent} height={1} />
      </svg>
      <span>{number(percent / 100, { style: 'percent', maximumFractionDigits: 0 })}</span>
    </div>
  );
}
