import { useSearchParams } from 'wouter';

/** How one field of a page's state is kept in its address. */
export interface Field<Value> {
  initial: Value;
  /** @returns `initial` for anything that the field cannot be */
  read: (values: readonly string[]) => Value;
  write: (value: Value) => readonly string[];
}

type FieldsOf<Value> = { [Name in keyof Value]: Field<Value[Name]> };

export function text(): Field<string> {
  return {
    initial: '',
    read: ([value = '']) => value,
    write: (value) => (value === '' ? [] : [value]),
  };
}

export function flag(): Field<boolean> {
  return { initial: false, read: ([value]) => value !== undefined, write: (value) => (value ? ['1'] : []) };
}

/** The last day that a field takes, which keeps the year at four digits. */
export const LAST_DAY = '9999-12-30';

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && value <= LAST_DAY && !Number.isNaN(Date.parse(value));
}

/** A day of the reader's calendar, as 2026-01-31, or "". */
export function day(): Field<string> {
  return { ...text(), read: ([value = '']) => (isDay(value) ? value : '') };
}

export function oneOf<Value extends string>(values: readonly Value[], initial: Value): Field<Value> {
  return {
    initial,
    read: ([value]) => values.find((known) => known === value) ?? initial,
    write: (value) => (value === initial ? [] : [value]),
  };
}

/** Several of a closed list, in its order. */
export function anyOf<Value extends string>(values: readonly Value[]): Field<Value[]> {
  return {
    initial: [],
    read: (given) => values.filter((known) => given.includes(known)),
    write: (value) => value,
  };
}

/** Several names, of which no list is known. */
export function names(): Field<string[]> {
  return { initial: [], read: (given) => [...given], write: (value) => value };
}

/** Where a list is in its pages: by the cursor of a neighbour. */
export interface Cursors {
  after: string | null;
  before: string | null;
}

/** The page of a list that the address names. */
export interface Paging {
  cursors: Cursors;
  isFirst: boolean;
  goTo: (page: Partial<Cursors>) => void;
  /** In place of a page that there is not; the filters stay. */
  toFirst: () => void;
}

export interface Place<Value> extends Paging {
  address: Value;
  /** Changes fields, and goes to the first page. */
  change: (change: Partial<Value>) => void;
  clear: () => void;
}

function namesIn<Value extends object>(fields: FieldsOf<Value>): (keyof Value & string)[] {
  return Object.keys(fields) as (keyof Value & string)[];
}

function write<Value extends object>(fields: FieldsOf<Value>, values: Value): URLSearchParams {
  return new URLSearchParams(
    namesIn(fields).flatMap((name) => fields[name].write(values[name]).map((value) => [name, value])),
  );
}

/**
 * State of a page that is kept in its address, so that it survives a reload and can be shared.
 * @param prefix of the names of the cursors, where a page has two lists
 */
export function useAddress<Value extends object>(fields: FieldsOf<Value>, prefix = ''): Place<Value> {
  const [search, setSearch] = useSearchParams();
  const address = Object.fromEntries(
    namesIn(fields).map((name) => [name, fields[name].read(search.getAll(name))]),
  ) as Value;
  const [afterName, beforeName] = [`${prefix}after`, `${prefix}before`];
  /** Keeps what other lists of the page say. */
  function become(own: URLSearchParams, options?: { replace: boolean }): void {
    setSearch((before) => {
      const mine = new Set<string>([...namesIn(fields), afterName, beforeName]);
      const others = [...before].filter(([name]) => !mine.has(name));
      return new URLSearchParams([...others, ...own]);
    }, options);
  }
  const cursors = { after: search.get(afterName), before: search.get(beforeName) };
  return {
    address,
    cursors,
    isFirst: cursors.after === null && cursors.before === null,
    // What is typed replaces the address: "back" shall not spell a word backwards.
    change: (change) => {
      become(write(fields, { ...address, ...change }), { replace: true });
    },
    clear: () => {
      become(new URLSearchParams());
    },
    goTo: ({ after, before }) => {
      const next = write(fields, address);
      if (after) next.set(afterName, after);
      if (before) next.set(beforeName, before);
      become(next);
    },
    toFirst: () => {
      become(write(fields, address), { replace: true });
    },
  };
}

/** The arguments of a connection for a page of `length`. */
export function pageVariables(
  { after, before }: Cursors,
  length: number,
): { first: number; after: string | null } | { last: number; before: string } {
  return before === null ? { first: length, after } : { last: length, before };
}

/** Beginning of a day of the reader's calendar. */
export function dayStart(day: string, plusDays = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + plusDays).toISOString();
}
