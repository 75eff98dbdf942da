import { useWords } from '../i18n.js';
import type { Preview } from './queries.js';

export type WarningCode = Preview['warnings'][number]['code'];

/** What is probably not intended, at the place where it can be changed. */
export function Warnings({ of, only }: { of: Preview | undefined; only: readonly WarningCode[] }) {
  const { t } = useWords();
  const shown = of?.warnings.filter(({ code }) => only.includes(code)) ?? [];
  if (shown.length === 0) return null;
  return (
    <ul className="warnings">
      {shown.map(({ code }) => (
        <li key={code}>{t(`warning.${code}`)}</li>
      ))}
    </ul>
  );
}
