import { useWords } from '../i18n.js';

const DAY_MS = 86_400_000;

/** A time in the reader's zone, short, with the exact one on hover. */
export function Moment({
  at,
  withSeconds = false,
}: {
  at: string | null | undefined;
  withSeconds?: boolean;
}) {
  const { t, time } = useWords();
  if (at === null || at === undefined) return <span className="quiet">{t('app.unknown')}</span>;
  const isNear = Math.abs(Date.parse(at) - Date.now()) < DAY_MS / 2;
  const timeStyle = withSeconds ? 'medium' : 'short';
  const short = time(at, isNear ? { timeStyle } : { dateStyle: 'medium', timeStyle });
  return (
    <time dateTime={at} title={time(at, { dateStyle: 'full', timeStyle: 'long' })}>
      {short}
    </time>
  );
}
