import {
  CallRefused,
  ID_COLUMNS,
  importLines,
  PEOPLE_COLUMNS,
  readPerson,
  type Kind,
  type LineProblem,
  type ReadOptions,
} from '@pollcast/people-file';
import { checkUser } from '../people/check-user.js';
import { TelegramUserInput } from '../people/people.types.js';
import type { ApiClient } from './api-client.js';
import { connectApi } from './api-connection.js';
import { readCsv, sizeOfFile } from './csv-file.js';
import { CommandFailure } from './failure.js';
import { operation } from './graphql.js';
import { Interrupted } from './interruption.js';
import { createProgressBar } from './progress-bar.js';
import type { CommandContext } from './shell.js';

export interface ImportOptions {
  /** Imports completions of this poll instead of users. */
  completions?: string;
  dryRun?: true;
}

const PROBLEMS_SHOWN = 1000;

/** What a file consists of. */
interface FileKind<Item> extends Kind<Item> {
  columns: ReadOptions['columns'];
  summary: () => string;
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

function forUsers(api: ApiClient): FileKind<TelegramUserInput> {
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
      const { importTelegramUsers: payload } = await api.run(operation('importTelegramUsers'), {
        users: items,
      });
      counts.created += payload.created;
      counts.updated += payload.updated;
      return payload.userErrors;
    },
    summary: () => `${counts.created} users are new, ${counts.updated} were known.`,
  };
}

function forCompletions(api: ApiClient, pollId: string): FileKind<string> {
  let recorded = 0;
  return {
    columns: ID_COLUMNS,
    read: ({ line, cells }) => {
      const id = (cells.id ?? '').trim();
      const isId = /^(user_)?[1-9]\d{0,15}$/.test(id);
      const reason = 'id must be a Telegram user id: a positive whole number.';
      return isId ? id : { line, column: 'id', reason };
    },
    keyOf: (id) => id,
    send: async (userIds) => {
      const { recordPollCompletions: payload } = await api.run(operation('recordPollCompletions'), {
        pollId,
        userIds,
      });
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

  async all<T>(kind: FileKind<T>): Promise<void> {
    const bar = createProgressBar('{bar} {percentage} % | {lines} lines', this.context.stderr);
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

  private async lines<T>(kind: FileKind<T>, show: () => void): Promise<void> {
    const onProblem = (problem: LineProblem): void => {
      this.leave(problem);
    };
    const lines = readCsv(this.path, {
      columns: kind.columns,
      onProblem,
      onProgress: (bytes) => (this.bytes = bytes),
      onUnknownColumns: (names) => {
        this.context.output.error(`These columns are not imported: ${names.join(', ')}.`);
      },
    });
    const onBatch = (accepted: number): void => {
      this.accepted += accepted;
      show();
      const { signal } = this.context.interruption;
      if (signal !== undefined) throw new Interrupted(signal);
    };
    const { send } = kind;
    try {
      await importLines(lines, { ...kind, send: this.dryRun ? undefined : send }, { onProblem, onBatch });
    } catch (error) {
      throw error instanceof CallRefused ? new CommandFailure(error.message) : error;
    }
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
