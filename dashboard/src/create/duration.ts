import { useWords } from '../i18n.js';

const UNITS = [
  ['duration.days', 86_400_000],
  ['duration.hours', 3_600_000],
  ['duration.minutes', 60_000],
  ['duration.seconds', 1000],
] as const;

/** @returns words for a duration: its two largest units */
export function useDuration(): (ms: number) => string {
  const { t } = useWords();
  return (ms) => {
    let rest = Math.ceil(ms / 1000) * 1000;
    const parts = UNITS.flatMap(([key, length]) => {
      const count = Math.floor(rest / length);
      rest -= count * length;
      return count > 0 ? [t(key, { count })] : [];
    });
    return parts.length === 0 ? t('duration.none') : parts.slice(0, 2).join(' ');
  };
}
