import type { ReactNode } from 'react';

/** Figures side by side, each below its name. */
export function Figures({ of }: { of: readonly { label: string; value: ReactNode }[] }) {
  return (
    <dl className="facts">
      {of.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
