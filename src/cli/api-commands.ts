import { Argument, InvalidArgumentError, type Command } from 'commander';
import type { CampaignsCommand, ListOptions, RetryOptions } from './campaigns.js';
import type { ExportOptions } from './export.js';
import type { ImportOptions } from './import.js';
import type { Run } from './shell.js';

export function countArgument(value: string): number {
  if (!/^\d{1,8}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

/** Names of an enum of the API, in either case. */
function namesArgument(value: string): string[] {
  return value
    .split(',')
    .map((name) => name.trim().toUpperCase())
    .filter(Boolean);
}

function addWorkOnCampaigns(program: Command, run: Run): void {
  const work = async (command: CampaignsCommand) => {
    const context = run.contextOf();
    const { campaignsCommand } = await import('./campaigns.js');
    await campaignsCommand(context, command);
  };
  const campaigns = program
    .command('campaigns')
    .description('list, follow and change campaigns, over the API');
  campaigns
    .command('list')
    .description('list campaigns, newest first')
    .option('--status <statuses>', 'of these statuses, such as PROCESSING,PAUSED', namesArgument)
    .option('--poll <id>', 'of this poll')
    .option('--search <text>', 'whose name contains this')
    .option('--attention', 'that failed, were paused by the system, or make no progress')
    .option('--limit <count>', 'at most so many', countArgument, 20)
    .option('--json', 'one JSON object a line')
    .action((options: ListOptions) => work({ kind: 'list', ...options }));
  campaigns
    .command('show')
    .description('say how a campaign does, and why people failed or were skipped')
    .argument('<id>', 'the campaign')
    .option('--json', 'as a JSON object')
    .action((id: string, options: { json?: true }) => work({ kind: 'show', id, ...options }));
  campaigns
    .command('start')
    .description('start a campaign')
    .argument('<id>', 'the campaign')
    .option('--beside-another', 'also while another campaign of its poll has people pending')
    .action((id: string, { besideAnother = false }: { besideAnother?: boolean }) =>
      work({ kind: 'start', id, besideAnother }),
    );
  for (const [kind, description] of [
    ['pause', 'pause running campaigns'],
    ['resume', 'go on with campaigns that are paused or failed'],
    ['cancel', 'end campaigns for good; who is pending is skipped'],
  ] as const) {
    campaigns
      .command(kind)
      .description(description)
      .argument('<ids...>', 'the campaigns, at most 100')
      .action((ids: string[]) => work({ kind, ids }));
  }
  campaigns
    .command('retry')
    .description('send again to whom a campaign did not reach')
    .argument('<id>', 'the campaign')
    .option('--status <statuses>', 'FAILED, UNCONFIRMED or SKIPPED', namesArgument, ['FAILED'])
    .option('--reason <reasons>', 'only for these reasons, such as ANSWER_LOST', namesArgument)
    .action((id: string, options: RetryOptions) => work({ kind: 'retry', id, ...options }));
  campaigns
    .command('watch')
    .description('follow a campaign to its end, also while the server is restarted')
    .argument('<id>', 'the campaign')
    .action((id: string) => work({ kind: 'watch', id }));
}

function addImport(program: Command, run: Run): void {
  program
    .command('import')
    .description('import users, or completions of a poll, from a CSV file, over the API')
    .argument('<file>', 'the file; - for standard input')
    .option('--completions <poll>', 'the users in the file have completed this poll')
    .option('--dry-run', 'check every line, and send nothing')
    .action(async (file: string, options: ImportOptions) => {
      const context = run.contextOf();
      const { importCommand } = await import('./import.js');
      await importCommand(context, file, options);
    });
}

function addExport(program: Command, run: Run): void {
  program
    .command('export')
    .description('write deliveries of a campaign, or participants or answers of a poll, as CSV, over the API')
    .addArgument(new Argument('<what>', 'what to write').choices(['deliveries', 'participants', 'answers']))
    .argument('<id>', 'the campaign or the poll')
    .option('--output <file>', 'a file instead of standard output')
    .action(async (what: string, id: string, options: ExportOptions) => {
      const context = run.contextOf();
      const { exportCommand } = await import('./export.js');
      await exportCommand(context, run.shell.stdout, [what, id], options);
    });
}

/** Adds the commands that work over the public API, like any other client. */
export function addApiCommands(program: Command, run: Run): void {
  addWorkOnCampaigns(program, run);
  addImport(program, run);
  addExport(program, run);
}
