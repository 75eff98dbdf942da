import 'reflect-metadata';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addApiCommands, countArgument } from './api-commands.js';
import type { AppRole } from '../app/app.js';
import { explainFailure } from './explain-failure.js';
import { ExitCode } from './failure.js';
import { Interrupted } from './interruption.js';
import type { ReferenceDataSize } from './reference-data.js';
import { processShell, Run, type Shell } from './shell.js';
import type { TokenCommand } from './token.js';
import { projectVersion } from '../config/paths.js';

const EXIT_CODES = `
Settings are read from the environment and from a file .env: see .env.example.
Exit codes: 0 done, 1 failed, 2 a wrong setting or option, 130 ended by Ctrl+C.
`;

const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000 };
const MAX_LIFETIME_MS = 3650 * UNITS_MS.d;

/** @returns milliseconds */
function durationArgument(value: string): number {
  const [, count, unit] = /^([1-9]\d{0,6})([dhm])$/.exec(value) ?? [];
  const durationMs = Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  if (durationMs > 0 && durationMs <= MAX_LIFETIME_MS) return durationMs;
  throw new InvalidArgumentError('It must be a time such as 90d, 12h or 30m, at most 3650d.');
}

function addServer(program: Command, run: Run, [name, description, roles]: Server): Command {
  return program
    .command(name)
    .description(description)
    .action(async () => {
      const settings = run.readSettings(
        'database',
        'bot',
        ...(roles.includes('api') ? ['admin token' as const] : []),
      );
      const { serve } = await import('./serve.js');
      await serve(settings, roles, run);
    });
}

type Server = [name: string, description: string, roles: AppRole[]];

function addServers(program: Command, run: Run): void {
  const servers: Server[] = [
    ['start', 'serve the API, work the jobs and talk to people in one process', ['api', 'worker']],
    ['api', 'serve the API only; "worker" works the jobs', ['api']],
    ['worker', 'work the jobs, and talk to people while no "bot" runs; "api" serves the API', ['worker']],
  ];
  for (const server of servers) addServer(program, run, server);
}

function withDataSize(command: Command): Command {
  return command
    .option('--users <count>', 'how many people there are', countArgument, 100)
    .option('--completed <count>', 'how many of them have completed the poll (default: 30 %)', countArgument);
}

/** By default 30 % of the users have completed the poll. */
function dataSize({ users, completed }: { users: number; completed?: number }): ReferenceDataSize {
  return { users, completed: completed ?? Math.round(users * 0.3) };
}

function addDataCommands(program: Command, run: Run): void {
  program
    .command('migrate')
    .description('bring the database schema up to date')
    .action(async () => {
      const context = run.contextOf('database');
      const { migrateCommand } = await import('./migrate.js');
      await migrateCommand(context);
    });
  withDataSize(program.command('seed'))
    .description('create the reference data: users, a poll of 2 questions, and some completions')
    .action(async (options: { users: number; completed?: number }) => {
      const context = run.contextOf('database');
      const { seedCommand } = await import('./seed.js');
      await seedCommand(context, dataSize(options));
    });
  program
    .command('generate')
    .description('write schema/schema.graphql and schema/database.sql from the code')
    .option('--check', 'write nothing; fail when they differ from the code')
    .action(async (options: { check?: true }) => {
      const settings = run.readSettings();
      const { generateCommand } = await import('./generate.js');
      await generateCommand(settings, options.check === true, run.interruption);
    });
}

function addCampaignCommands(program: Command, run: Run): void {
  withDataSize(program.command('demo'))
    .description('run a whole campaign on an embedded database and the sandbox')
    .option('--fast', 'smaller pauses between messages')
    .option('--people', 'people answer the reminders while the campaign runs')
    .option('--keep', 'leave the server up afterwards')
    .action(
      async (options: { users: number; completed?: number; fast?: true; people?: true; keep?: true }) => {
        const settings = run.readSettings();
        const { demoCommand } = await import('./demo.js');
        await demoCommand(settings, { ...options, ...dataSize(options) }, run.interruption);
      },
    );
  program
    .command('test-notifications')
    .description('show the audience of a campaign for a poll; with --user, send one real test message')
    .requiredOption('--poll <id>', 'the poll')
    .option('--user <id>', 'send a test message to this Telegram user')
    .option('--dry-run', 'send nothing, show the message instead')
    .action(async (options: { poll: string; user?: string; dryRun?: true }) => {
      const context = run.contextOf(
        'database',
        ...(options.user === undefined || options.dryRun ? [] : ['bot' as const]),
      );
      const { testNotificationsCommand } = await import('./test-notifications.js');
      await testNotificationsCommand(context, options);
    });
}

async function runTokenCommand(run: Run, command: TokenCommand): Promise<void> {
  const context = run.contextOf('database');
  const { tokenCommand } = await import('./token.js');
  await tokenCommand(context, command);
}

function addTokenCommands(program: Command, run: Run): void {
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
      await runTokenCommand(run, { kind: 'create', name, role, lifetimeMs: expires });
    });
  token
    .command('list')
    .description('show all tokens, also expired and revoked ones')
    .action(() => runTokenCommand(run, { kind: 'list' }));
  token
    .command('revoke')
    .description('revoke a token, and close its connections')
    .argument('<name or id>', 'the token')
    .action((nameOrId: string) => runTokenCommand(run, { kind: 'revoke', nameOrId }));
}

function addBotCommands(program: Command, run: Run): void {
  addServer(program, run, ['bot', 'talk to people only: what they write, press and answer', ['bot']])
    .command('adopt')
    .description('make the bot of BOT_TOKEN that of the installation, and forget who had blocked the old one')
    .action(async () => {
      const context = run.contextOf('database', 'bot');
      const { adoptBotCommand } = await import('./bot.js');
      await adoptBotCommand(context);
    });
}

function createProgram(run: Run): Command {
  const { stdout, stderr } = run.shell;
  const program = new Command('pollcast');
  program
    .description('Reminds everyone who has not completed a Telegram poll.')
    .version(projectVersion())
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .addHelpText('after', EXIT_CODES);
  addServers(program, run);
  addCampaignCommands(program, run);
  addApiCommands(program, run);
  addDataCommands(program, run);
  addTokenCommands(program, run);
  addBotCommands(program, run);
  return program;
}

function exitCodeOf(error: unknown, { settings, output, interruption }: Run): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.DONE : ExitCode.WRONG_USAGE;
  // Failures after a signal are consequences of it.
  const { signal } = interruption;
  if (signal !== undefined) return new Interrupted(signal).exitCode;
  const { message, exitCode } = explainFailure(error, settings);
  output.error(message);
  if (settings && ['debug', 'trace'].includes(settings.logLevel)) output.error(error);
  return exitCode;
}

/** Runs the command given by the arguments. @returns its exit code */
export async function runProgram(
  argv: readonly string[] = process.argv.slice(2),
  shell: Shell = processShell(),
): Promise<number> {
  const run = new Run(shell);
  try {
    await createProgram(run).parseAsync(argv, { from: 'user' });
    return ExitCode.DONE;
  } catch (error) {
    return exitCodeOf(error, run);
  } finally {
    run.interruption.close();
  }
}
