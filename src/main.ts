import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { createLogger } from './config/logger.js';
import { projectVersion } from './config/paths.js';
import { loadSettings, SettingsError, type Settings } from './config/settings.js';
import type { AppRole } from './app/app.js';

/** Exit codes: 0 done, 1 failed, 2 wrong settings or arguments. */
const FAILED = 1;
const WRONG_USAGE = 2;

function countArgument(value: string): number {
  if (!/^\d{1,8}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

function readSettings(): Settings {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return loadSettings();
}

function serveCommand(program: Command, name: string, description: string, roles: AppRole[]): void {
  program
    .command(name)
    .description(description)
    .action(async () => {
      const settings = readSettings();
      const { serve } = await import('./cli/serve.js');
      await serve(settings, roles, createLogger(settings));
    });
}

function createProgram(): Command {
  const program = new Command('pollcast');
  program.description('Reminds everyone who has not completed a Telegram poll.').version(projectVersion());
  program.exitOverride().configureHelp({ showGlobalOptions: false });
  serveCommand(program, 'start', 'serve the API and work the jobs in one process', ['api', 'worker']);
  serveCommand(program, 'api', 'serve the API only', ['api']);
  serveCommand(program, 'worker', 'work the jobs only', ['worker']);
  program
    .command('migrate')
    .description('bring the database schema up to date')
    .action(async () => {
      const settings = readSettings();
      const { migrateCommand } = await import('./cli/migrate.js');
      await migrateCommand(settings, createLogger(settings));
    });
  program
    .command('seed')
    .description('make the reference data: people, a poll of 2 questions, and some who completed it')
    .option('--users <count>', 'people', countArgument, 100)
    .option('--completed <count>', 'how many of them completed the poll', countArgument, 30)
    .action(async (options: { users: number; completed: number }) => {
      const settings = readSettings();
      const { seedCommand } = await import('./cli/seed.js');
      await seedCommand(settings, options, createLogger(settings));
    });
  program
    .command('demo')
    .description('a whole campaign on an embedded database and the sandbox, from nothing to the summary')
    .option('--users <count>', 'people', countArgument, 100)
    .option('--completed <count>', 'how many of them completed the poll', countArgument, 30)
    .option('--fast', 'smaller pauses between messages')
    .option('--keep', 'leave the server up afterwards')
    .action(async (options: { users: number; completed: number; fast?: true; keep?: true }) => {
      const settings = readSettings();
      const { demoCommand } = await import('./cli/demo.js');
      await demoCommand(settings, options);
    });
  program
    .command('test-notifications')
    .description('show whom a campaign for a poll would reach; with --user send one real test message')
    .requiredOption('--poll <id>', 'the poll')
    .option('--user <id>', 'send a test message to this Telegram user')
    .option('--dry-run', 'send nothing, show the message instead')
    .action(async (options: { poll: string; user?: string; dryRun?: true }) => {
      const settings = readSettings();
      const { testNotificationsCommand } = await import('./cli/test-notifications.js');
      await testNotificationsCommand(settings, options, createLogger(settings));
    });
  program
    .command('generate')
    .description('write schema/schema.graphql and schema/database.sql from the code')
    .option('--check', 'write nothing; fail when they differ from the code')
    .action(async (options: { check?: true }) => {
      const { generateCommand } = await import('./cli/generate.js');
      await generateCommand(readSettings(), options.check === true);
    });
  return program;
}

try {
  await createProgram().parseAsync();
  // What is still open by now, such as telegraf's timers, must not keep a finished command alive.
  process.exit(process.exitCode ?? 0);
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : WRONG_USAGE);
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof SettingsError ? WRONG_USAGE : FAILED);
}
