import type { Line, LineProblem } from './lines.js';

/** Below the limit of a request, with long names, and of what the API takes of a call. */
const BATCH_SIZE = 1000;

/** An error of a mutation. */
export interface ItemError {
  /** Path of the argument, such as ["users", "12", "username"]. */
  field: readonly string[] | null;
  message: string;
}

/** What lines stand for, and how the API takes it. */
export interface Kind<Item> {
  /** @returns the item, or what is wrong with the line */
  read: (line: Line) => Item | LineProblem | Promise<Item | LineProblem>;
  keyOf: (item: Item) => string;
  /** Left out by a dry run. All or nothing. @returns what is against it */
  send?: ((items: readonly Item[]) => Promise<readonly ItemError[]>) | undefined;
}

/** The API refuses a call for a reason that is not one of its items, such as an unknown poll. */
export class CallRefused extends Error {}

interface Numbered<Item> {
  line: number;
  item: Item;
}

function isProblem(read: unknown): read is LineProblem {
  return typeof read === 'object' && read !== null && 'reason' in read;
}

/**
 * Imports lines in batches; those that the API refuses are left out, and the rest goes in.
 * @param onBatch called after each batch with the number of its accepted lines; what it throws ends the import
 * @throws CallRefused
 */
export async function importLines<Item>(
  lines: AsyncIterable<Line>,
  kind: Kind<Item>,
  { onProblem, onBatch }: { onProblem: (problem: LineProblem) => void; onBatch: (accepted: number) => void },
): Promise<void> {
  let batch = new Map<string, Numbered<Item>>();
  async function flush(): Promise<void> {
    const accepted = await sendAccepted(kind, [...batch.values()], onProblem);
    batch = new Map();
    onBatch(accepted);
  }
  for await (const line of lines) {
    const read = await kind.read(line);
    if (isProblem(read)) onProblem(read);
    else {
      const key = kind.keyOf(read);
      // A call takes nobody twice; of two lines the later one holds.
      if (batch.size === BATCH_SIZE || batch.has(key)) await flush();
      batch.set(key, { line: line.line, item: read });
    }
  }
  await flush();
}

/** Sends a batch, and again without those that the API refuses. @returns how many it took */
async function sendAccepted<Item>(
  { send }: Kind<Item>,
  batch: readonly Numbered<Item>[],
  onProblem: (problem: LineProblem) => void,
): Promise<number> {
  let items = batch;
  while (send && items.length > 0) {
    const errors = await send(items.map(({ item }) => item));
    if (errors.length === 0) break;
    const refused = new Map<number, string>();
    for (const { field, message } of errors) {
      const place = Number(field?.[1]);
      if (!Number.isInteger(place) || !items[place]) throw new CallRefused(message);
      refused.set(place, message);
    }
    for (const [place, reason] of refused) onProblem({ line: items[place]?.line ?? 0, reason });
    items = items.filter((_, place) => !refused.has(place));
  }
  return items.length;
}
