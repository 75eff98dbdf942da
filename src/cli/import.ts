import {
  ID_COLUMNS,
  PEOPLE_COLUMNS,
  readPerson,
  type Line,
  type LineProblem,
  type ReadOptions,
} from '@pollcast/people-file';
import { checkUser } from '../people/check-user.js';
import { TelegramUserInput } from '../people/people.types.js';
import { operation, type ApiClient } from './api-client.js';
import { connectApi } from './api-connection.js';
import { readCsv, sizeOfFile } from './csv-file.js';
import { CommandFailure } from './failure.js';
import { Interrupted } from './interruption.js';
import { createProgressBar } from './progress-bar.js';
import type { CommandContext } from './shell.js';

export interface ImportOptions {
  /** Imports completions of this poll instead of users. */
  completions?: string;
  dryRun?: true;
}

/** Below the limit of a request, with long names, and of what the API takes of a call. */
const BATCH_SIZE = 1000;
const PROBLEMS_SHOWN = 1000;
interface UserErrors {
  userErrors: { field: string[] | null; message: string }[];
}

/** What a file consists of, and how the API takes it. */
interface Kind<T> {
  columns: Readonly<Record<string, string>>;
  /** @returns the item, or what is wrong with the line */
  read: (line: Line) => Promise<T | LineProblem>;
  keyOf: (item: T) => string;
  /** @returns the errors of the API */
  send: (items: readonly T[]) => Promise<UserErrors['userErrors']>;
  summary: () => string;
}

interface Item<T> {
  line: number;
  value: T;
}

/** Imports a file over the public API, so that its rules, its roles and its audit log hold. */
export async function importCommand(
  context: CommandContext,
  path: string,
  options: ImportOptions,
): Promise<void> {
  const api = connectApi(context.settings);
  const { completions } = options;
  const run = new Import(context, path, options.dryRun === true);
  context.interruption.started();
  await (completions === undefined ? run.all(forUsers(api)) : run.all(forCompletions(api, completions)));
}

function isProblem(read: unknown): read is LineProblem {
  return typeof read === 'object' && read !== null && 'reason' in read;
}

function forUsers(api: ApiClient): Kind<TelegramUserInput> {
  const counts = { created: 0, updated: 0 };
  return {
    columns: PEOPLE_COLUMNS,
    read: async ({ line, cells }) => {
      const given = Object.assign(new TelegramUserInput(), readPerson(cells));
      const [error] = await checkUser(given, []);
      return error ? { line, column: error.field?.[0], reason: error.message } : given;
    },
    keyOf: ({ id }) => id,
    send: async (items) => {
      const { importTelegramUsers: payload } = await api.run<{
        importTelegramUsers: UserErrors & { created: number; updated: number };
      }>(operation('importTelegramUsers'), { users: items });
      counts.created += payload.created;
      counts.updated += payload.updated;
      return payload.userErrors;
    },
    summary: () => `${counts.created} users are new, ${counts.updated} were known.`,
  };
}

function forCompletions(api: ApiClient, pollId: string): Kind<string> {
  let recorded = 0;
  return {
    columns: ID_COLUMNS,
    read: ({ line, cells }) => {
      const id = (cells.id ?? '').trim();
      const isId = /^(user_)?[1-9]\d{0,15}$/.test(id);
      const reason = 'id must be a Telegram user id: a positive whole number.';
      return Promise.resolve(isId ? id : { line, column: 'id', reason });
    },
    keyOf: (id) => id,
    send: async (userIds) => {
      const { recordPollCompletions: payload } = await api.run<{
        recordPollCompletions: UserErrors & { recorded: number };
      }>(operation('recordPollCompletions'), { pollId, userIds });
      recorded += payload.recorded;
      return payload.userErrors;
    },
    summary: () => `${recorded} completions are new.`,
  };
}

/** One run over a file. */
class Import {
  private readonly problems: LineProblem[] = [];
  private leftOut = 0;
  private accepted = 0;
  private bytes = 0;

  constructor(
    private readonly context: CommandContext,
    private readonly path: string,
    private readonly dryRun: boolean,
  ) {}

  async all<T>(kind: Kind<T>): Promise<void> {
    const bar = createProgressBar('{bar} {percentage} % | {lines} lines');
    const size = await sizeOfFile(this.path);
    bar.start(size ?? 0, 0, { lines: 0 });
    try {
      await this.lines(kind, () => {
        bar.update(this.bytes, { lines: this.accepted + this.leftOut });
      });
    } finally {
      bar.stop();
      this.report(kind.summary());
    }
    if (this.leftOut > 0) throw new CommandFailure(`${this.leftOut} lines were left out.`);
  }

  private async lines<T>(kind: Kind<T>, onBatch: () => void): Promise<void> {
    let batch = new Map<string, Item<T>>();
    const flush = async () => {
      if (batch.size > 0) await this.send(kind, [...batch.values()]);
      batch = new Map();
      onBatch();
      const { signal } = this.context.interruption;
      if (signal !== undefined) throw new Interrupted(signal);
    };
    for await (const line of readCsv(this.path, this.csvOptions(kind))) {
      const read = await kind.read(line);
      if (isProblem(read)) this.leave(read);
      else {
        const key = kind.keyOf(read);
        // A call takes nobody twice; of two lines the later one holds.
        if (batch.size === BATCH_SIZE || batch.has(key)) await flush();
        batch.set(key, { line: line.line, value: read });
      }
    }
    await flush();
  }

  private csvOptions<T>({ columns }: Kind<T>): Omit<ReadOptions, 'parse'> {
    return {
      columns,
      onProblem: (problem) => {
        this.leave(problem);
      },
      onProgress: (bytes) => (this.bytes = bytes),
      onUnknownColumns: (names) => {
        this.context.output.error(`These columns are not imported: ${names.join(', ')}.`);
      },
    };
  }

  /** Sends a batch, and again without those that the API refuses: a call is all or nothing. */
  private async send<T>(kind: Kind<T>, batch: readonly Item<T>[]): Promise<void> {
    let items = batch;
    while (items.length > 0 && !this.dryRun) {
      const errors = await kind.send(items.map(({ value }) => value));
      if (errors.length === 0) break;
      const refused = new Map<number, string>();
      for (const { field, message } of errors) {
        const place = Number(field?.[1]);
        // Not about one of them, such as an unknown poll.
        if (!Number.isInteger(place) || !items[place]) throw new CommandFailure(message);
        refused.set(place, message);
      }
      for (const [place, reason] of refused) this.leave({ line: items[place]?.line ?? 0, reason });
      items = items.filter((_, place) => !refused.has(place));
    }
    this.accepted += items.length;
  }

  private leave(problem: LineProblem): void {
    this.leftOut += 1;
    if (this.problems.length < PROBLEMS_SHOWN) this.problems.push(problem);
  }

  private report(summary: string): void {
    const { output } = this.context;
    for (const { line, column, reason } of this.problems) {
      output.error(`Line ${line}${column === undefined ? '' : `, column ${column}`}: ${reason}`);
    }
    const more = this.leftOut - this.problems.length;
    if (more > 0) output.error(`... and ${more} more.`);
    output.log(this.dryRun ? `${this.accepted} lines would be imported. Nothing was sent.` : summary);
  }
}
