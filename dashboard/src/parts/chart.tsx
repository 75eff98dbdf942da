import { Suspense, useState } from 'react';
import { useWords } from '../i18n.js';
import { lazyPart } from '../load-part.js';
import type { ChartProps } from './chart-props.js';
import { Moment } from './moment.js';
import { Table } from './table.js';

const Plot = lazyPart(async () => ({ default: (await import('./plot.js')).Plot }));

/** A chart over time, with a table of the same values for those who do not see it. */
export function Chart(props: ChartProps) {
  const { t } = useWords();
  const [isTable, setTable] = useState(false);
  const { at } = props;
  if (at.length === 0) return <p className="quiet">{t('chart.nothing')}</p>;
  return (
    <figure className="chart" aria-label={props.label}>
      <Suspense fallback={<div className="plot" aria-busy />}>
        <Plot {...props} />
      </Suspense>
      <details
        onToggle={(event) => {
          setTable(event.currentTarget.open);
        }}
      >
        <summary>{t('chart.asTable')}</summary>
        {isTable && <Twin {...props} />}
      </details>
    </figure>
  );
}

const MINUTE_MS = 60_000;

function Twin({ label, at, series, marks = [] }: ChartProps) {
  const { t, number } = useWords();
  const isFine = at.some(
    (time, index) => index > 0 && Date.parse(time) - Date.parse(at[index - 1] ?? '') < MINUTE_MS,
  );
  return (
    <div className="twin" role="region" aria-label={label} tabIndex={0}>
      <Table
        label={label}
        keyOf={(index) => at[index] ?? ''}
        rows={at.map((_, index) => index)}
        columns={[
          { label: t('chart.time'), cell: (index) => <Moment at={at[index]} withSeconds={isFine} /> },
          ...series.map(({ label: name, values }) => ({
            label: name,
            kind: 'number' as const,
            cell: (index: number) => number(values[index] ?? 0),
          })),
        ]}
      />
      {marks.length > 0 && (
        <ul>
          {marks.map((mark) => (
            <li key={mark.at + mark.label}>
              {mark.label} <Moment at={mark.at} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
