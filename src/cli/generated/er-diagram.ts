interface Table {
  readonly columns: readonly { name: string; type: string; nullable: boolean }[];
  readonly primaryKey: readonly string[];
  readonly references: readonly { columns: readonly string[]; table: string }[];
}

const LINES = {
  table: /^(?:UNLOGGED )?TABLE (\w+)/,
  column: /^ {2}(?!CONSTRAINT )(\w+) ([a-z]+(?: [a-z]+)*(?:\(\d+\))?(?: with time zone)?)( NOT NULL)?/,
  primaryKey: / PRIMARY KEY \(([^)]+)\)/,
  foreignKey: / FOREIGN KEY \(([^)]+)\) REFERENCES (\w+)/,
};

/** Type names that Mermaid can read, and that a reader recognises. */
const SHORT_TYPES: Readonly<Record<string, string>> = {
  'timestamp with time zone': 'timestamptz',
  'character varying': 'varchar',
  'double precision': 'float8',
};

function shortType(type: string): string {
  const bare = type.replace(/\(\d+\)/, '');
  return SHORT_TYPES[bare] ?? bare;
}

function parseTable(block: string): [string, Table] | undefined {
  const name = LINES.table.exec(block)?.[1];
  if (name === undefined) return undefined;
  const lines = block.split('\n').slice(1);
  return [
    name,
    {
      columns: lines.flatMap((line) => {
        const [, column, type, required] = LINES.column.exec(line) ?? [];
        if (column === undefined || type === undefined) return [];
        return [{ name: column, type: shortType(type), nullable: required === undefined }];
      }),
      primaryKey: LINES.primaryKey.exec(block)?.[1]?.split(', ') ?? [],
      references: lines.flatMap((line) => {
        const [, columns, table] = LINES.foreignKey.exec(line) ?? [];
        return columns === undefined || table === undefined ? [] : [{ columns: columns.split(', '), table }];
      }),
    },
  ];
}

function describeColumns({ columns, primaryKey, references }: Table): string[] {
  const foreign = new Set(references.flatMap((reference) => reference.columns));
  return columns.map(({ name, type, nullable }) => {
    const keys = [...(primaryKey.includes(name) ? ['PK'] : []), ...(foreign.has(name) ? ['FK'] : [])].join(
      ', ',
    );
    return `        ${[type, name, keys, nullable ? '"nullable"' : ''].filter(Boolean).join(' ')}`;
  });
}

function describeReferences(name: string, { columns, primaryKey, references }: Table): string[] {
  return references.map((reference) => {
    const unique = primaryKey.every((key) => reference.columns.includes(key)) && primaryKey.length > 0;
    const optional = columns.some((column) => reference.columns.includes(column.name) && column.nullable);
    return `    ${reference.table} ${optional ? '|o' : '||'}--${unique ? 'o|' : 'o{'} ${name} : "${reference.columns.join(', ')}"`;
  });
}

/** A Mermaid entity-relationship diagram of the dump in schema/database.sql, but for tables of Agenda and TypeORM. */
export function erDiagram(dump: string, omitted: readonly string[]): string {
  const tables = dump
    .split('\n\n')
    .flatMap((block) => [parseTable(block)].filter((table) => table !== undefined))
    .filter(([name]) => !omitted.includes(name));
  return [
    '```mermaid',
    'erDiagram',
    ...tables.flatMap(([name, table]) => describeReferences(name, table)),
    ...tables.flatMap(([name, table]) => [`    ${name} {`, ...describeColumns(table), '    }']),
    '```',
  ].join('\n');
}
