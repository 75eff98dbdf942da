import { existsSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Logger } from 'pino';
import type { AppRole } from '../app/app.js';
import { createCommandLogger } from './command-logger.js';
import { explainFailure } from './explain-failure.js';
import { ExitCode } from './failure.js';
import { Interrupted, Interruption } from './interruption.js';
import type { ReferenceDataSize } from './reference-data.js';
import type { TokenCommand } from './token.js';
import { createLogger } from '../config/logger.js';
import { describeMisspelling, misspeltSettings } from '../config/misspelt.js';
import { projectVersion } from '../config/paths.js';
import { requireInProduction, type Need } from '../config/production.js';
import { environmentNames, loadSettings, type Settings } from '../config/settings.js';

const EXIT_CODES = `
Settings are read from the environment and from a file .env: see .env.example.
Exit codes: 0 done, 1 failed, 2 a wrong setting or option, 130 ended by Ctrl+C.
`;

const interruption = new Interruption();
let settings: Settings | undefined;

/** @param needs what the command uses of the installation, which has to be set in production */
function readSettings(...needs: Need[]): Settings {
  if (existsSync('.env')) process.loadEnvFile('.env');
  settings = loadSettings();
  requireInProduction(settings, needs);
  return settings;
}

/** With the logger of the command come the warnings of what it has not read. */
function warned(logger: Logger): Logger {
  for (const misspelling of misspeltSettings(environmentNames()))
    logger.warn(describeMisspelling(misspelling));
  return logger;
}

function countArgument(value: string): number {
  if (!/^\d{1,8}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 };
const MAX_LIFETIME_MS = 3650 * UNITS_MS.d;

/** @returns milliseconds */
function durationArgument(value: string): number {
  const [, count, unit] = /^([1-9]\d{0,6})([dhm])$/.exec(value) ?? [];
  const durationMs = Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  if (durationMs > 0 && durationMs <= MAX_LIFETIME_MS) return durationMs;
  throw new InvalidArgumentError('It must be a time such as 90d, 12h or 30m, at most 3650d.');
}

function addServers(program: Command): void {
  const servers: [name: string, description: string, roles: AppRole[]][] = [
    ['start', 'serve the API and work the jobs in one process', ['api', 'worker']],
    ['api', 'serve the API only; "worker" works the jobs', ['api']],
    ['worker', 'work the jobs only; "api" serves the API', ['worker']],
  ];
  for (const [name, description, roles] of servers) {
    program
      .command(name)
      .description(description)
      .action(async () => {
        const read = readSettings(
          'database',
          'bot',
          ...(roles.includes('api') ? ['admin token' as const] : []),
        );
        const { serve } = await import('./serve.js');
        await serve(read, roles, warned(createLogger(read)), interruption);
      });
  }
}

function withDataSize(command: Command): Command {
  return command
    .option('--users <count>', 'how many people there are', countArgument, 100)
    .option('--completed <count>', 'how many of them have completed the poll (default: 30 %)', countArgument);
}

/** 30 % completed the poll, unless something else is asked for. */
function dataSize({ users, completed }: { users: number; completed?: number }): ReferenceDataSize {
  return { users, completed: completed ?? Math.round(users * 0.3) };
}

function addDataCommands(program: Command): void {
  program
    .command('migrate')
    .description('bring the database schema up to date')
    .action(async () => {
      const read = readSettings('database');
      const { migrateCommand } = await import('./migrate.js');
      await migrateCommand(read, warned(createCommandLogger(read)), interruption);
    });
  withDataSize(program.command('seed'))
    .description('make the reference data: people, a poll of 2 questions, and some who completed it')
    .action(async (options: { users: number; completed?: number }) => {
      const read = readSettings('database');
      const { seedCommand } = await import('./seed.js');
      await seedCommand(read, dataSize(options), warned(createCommandLogger(read)), interruption);
    });
  program
    .command('generate')
    .description('write schema/schema.graphql and schema/database.sql from the code')
    .option('--check', 'write nothing; fail when they differ from the code')
    .action(async (options: { check?: true }) => {
      const read = readSettings();
      const { generateCommand } = await import('./generate.js');
      await generateCommand(read, options.check === true, interruption);
    });
}

function addCampaignCommands(program: Command): void {
  withDataSize(program.command('demo'))
    .description('a whole campaign on an embedded database and the sandbox, from nothing to the summary')
    .option('--fast', 'smaller pauses between messages')
    .option('--keep', 'leave the server up afterwards')
    .action(async (options: { users: number; completed?: number; fast?: true; keep?: true }) => {
      const read = readSettings();
      const { demoCommand } = await import('./demo.js');
      await demoCommand(read, { ...options, ...dataSize(options) }, interruption);
    });
  program
    .command('test-notifications')
    .description('show whom a campaign for a poll would reach; with --user send one real test message')
    .requiredOption('--poll <id>', 'the poll')
    .option('--user <id>', 'send a test message to this Telegram user')
    .option('--dry-run', 'send nothing, show the message instead')
    .action(async (options: { poll: string; user?: string; dryRun?: true }) => {
      const read = readSettings(
        'database',
        ...(options.user === undefined || options.dryRun ? [] : ['bot' as const]),
      );
      const { testNotificationsCommand } = await import('./test-notifications.js');
      await testNotificationsCommand(read, options, warned(createCommandLogger(read)), interruption);
    });
}

async function runTokenCommand(command: TokenCommand): Promise<void> {
  const read = readSettings('database');
  const { tokenCommand } = await import('./token.js');
  await tokenCommand(read, command, warned(createCommandLogger(read)), interruption);
}

function addTokenCommands(program: Command): void {
  const token = program.command('token').description('make, list and revoke tokens of the API');
  const roles = ['ADMIN', 'OPERATOR', 'VIEWER'] as const;
  token
    .command('create')
    .description('make a token and show it, this once only')
    .requiredOption('--name <name>', 'how the audit log calls it')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--expires <time>', 'how long it is valid, such as 90d, 12h or 30m', durationArgument)
    .action(async (options: { name: string; role: (typeof roles)[number]; expires?: number }) => {
      const { name, role, expires } = options;
      await runTokenCommand({ kind: 'create', name, role, lifetimeMs: expires });
    });
  token
    .command('list')
    .description('show all tokens, also expired and revoked ones')
    .action(() => runTokenCommand({ kind: 'list' }));
  token
    .command('revoke')
    .description('make a token useless from now on, and end its connections')
    .argument('<name or id>', 'the token')
    .action((nameOrId: string) => runTokenCommand({ kind: 'revoke', nameOrId }));
}

function addBotCommands(program: Command): void {
  program
    .command('bot')
    .description('the bot of the installation')
    .command('adopt')
    .description('make the bot of BOT_TOKEN that of the installation, and forget who had blocked the old one')
    .action(async () => {
      const read = readSettings('database', 'bot');
      const { adoptBotCommand } = await import('./bot.js');
      await adoptBotCommand(read, warned(createCommandLogger(read)), interruption);
    });
}

function createProgram(): Command {
  const program = new Command('pollcast');
  program
    .description('Reminds everyone who has not completed a Telegram poll.')
    .version(projectVersion())
    .exitOverride()
    .addHelpText('after', EXIT_CODES);
  addServers(program);
  addCampaignCommands(program);
  addDataCommands(program);
  addTokenCommands(program);
  addBotCommands(program);
  return program;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.DONE : ExitCode.WRONG_USAGE;
  // What fails while everything is wound up fails because of that, as does what Ctrl+C has ended beside us.
  if (interruption.signal !== undefined) return new Interrupted(interruption.signal).exitCode;
  const { message, exitCode } = explainFailure(error, settings);
  console.error(message);
  if (settings && ['debug', 'trace'].includes(settings.logLevel)) console.error(error);
  return exitCode;
}

/** Runs the command that the process was started with; answers its exit code. */
export async function runProgram(): Promise<number> {
  try {
    await createProgram().parseAsync();
    return ExitCode.DONE;
  } catch (error) {
    return exitCodeOf(error);
  }
}
