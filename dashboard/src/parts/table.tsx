import type { ReactNode } from 'react';

export interface Column<Row> {
  label: string;
  cell: (row: Row) => ReactNode;
  kind?: 'number' | 'wide';
}

export interface Selection<Row> {
  isChosen: (row: Row) => boolean;
  toggle: (row: Row) => void;
  /** Names the row for who does not see it. */
  label: (row: Row) => string;
}

/** A table, whose rows become cards on a phone. The first column names the row. */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
  selection,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  selection?: Selection<Row> | undefined;
}) {
  return (
    <table className="stacked" aria-label={label}>
      <thead>
        <tr>
          {selection && <td className="pick" />}
          {columns.map((column) => (
            <th key={column.label} scope="col" className={column.kind}>
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {selection && (
              <td className="pick">
                <input
                  type="checkbox"
                  aria-label={selection.label(row)}
                  checked={selection.isChosen(row)}
                  onChange={() => {
                    selection.toggle(row);
                  }}
                />
              </td>
            )}
            {columns.map((column, index) => {
              const Cell = index === 0 ? 'th' : 'td';
              return (
                <Cell
                  key={column.label}
                  scope={index === 0 ? 'row' : undefined}
                  className={column.kind}
                  data-label={index === 0 ? undefined : column.label}
                >
                  {/* One box, beside the label of a card. */}
                  <div>{column.cell(row)}</div>
                </Cell>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
