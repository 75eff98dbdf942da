import type { ReactNode } from 'react';
import type { LineProblem, Person, PersonProblem } from '@pollcast/people-file';
import { useWords, type Words } from '../../i18n.js';
import { Table, type Column } from '../../parts/table.js';
import type { Run } from './read-file.js';

/** Why a line is left out, in the language of the page where the API was not asked. */
function reasonFor({ code, column, reason }: LineProblem, t: Words['t']): string {
  if (code !== undefined) return t(`import.line.${code}`);
  return reason || t(`import.column.${column as PersonProblem}`);
}

function Problems({ of: { problems, leftOut } }: { of: Run }) {
  const { t, number } = useWords();
  const columns: Column<LineProblem>[] = [
    { label: t('import.lineNumber'), cell: ({ line }) => number(line) },
    { label: t('import.columnName'), cell: ({ column }) => column ?? t('app.unknown') },
    { label: t('import.reason'), cell: (problem) => reasonFor(problem, t) },
  ];
  return (
    <>
      <h3>{t('import.leftOut', { count: leftOut })}</h3>
      <Table
        label={t('import.leftOut', { count: leftOut })}
        columns={columns}
        rows={problems}
        keyOf={({ line }) => String(line)}
      />
      {leftOut > problems.length && (
        <p className="quiet">{t('import.more', { count: leftOut - problems.length })}</p>
      )}
    </>
  );
}

function show(value: Person[keyof Person], t: Words['t']): string {
  if (value === undefined) return t('import.stays');
  if (value === null || value.length === 0) return t('import.clears');
  return typeof value === 'string' ? value : value.join(', ');
}

function Sample({ of: people }: { of: readonly Person[] }) {
  const { t } = useWords();
  const fields = ['id', 'username', 'firstName', 'lastName', 'languageCode', 'timeZone', 'groups'] as const;
  return (
    <>
      <h3>{t('import.sample')}</h3>
      <Table
        label={t('import.sample')}
        columns={fields.map((field) => ({ label: field, cell: (person: Person) => show(person[field], t) }))}
        rows={people}
        keyOf={({ id }) => id}
      />
    </>
  );
}

function State({ of: { state, accepted, share } }: { of: Run }) {
  const { t, number } = useWords();
  if (typeof state === 'object')
    return (
      <p role="alert" className="problem">
        {t(`import.file.${state.code}`, { column: state.column ?? '' })}
      </p>
    );
  return (
    <>
      {state === 'running' && <progress aria-label={t('import.progress')} value={share} max={1} />}
      <p role="status">
        {t(`import.state.${state}`)} {t('import.accepted', { count: accepted, shown: number(accepted) })}
      </p>
    </>
  );
}

/** How far a run over a file is, and what came of it. */
export function Outcome({ title, of, children }: { title: string; of: Run; children?: ReactNode }) {
  const { t } = useWords();
  return (
    <section>
      <h2>{title}</h2>
      <State of={of} />
      {children}
      {of.unknownColumns.length > 0 && (
        <p>{t('import.unknownColumns', { names: of.unknownColumns.join(', ') })}</p>
      )}
      {of.leftOut > 0 && <Problems of={of} />}
      {of.sample.length > 0 && <Sample of={of.sample} />}
    </section>
  );
}
