import { join } from 'node:path';
import type { Logger } from 'pino';
import type { App } from '../app/app.js';
import type { Settings } from '../config/settings.js';
import type { Output } from './shell.js';

type Row = [label: string, text: string];

/** The address of a page, the dashboard unless given, that signs a browser in, once. */
export function signInLink({ url, issueSignInCode }: App, path = '/'): string {
  const code = issueSignInCode?.();
  return `${url ?? ''}${path}${code === undefined ? '' : `#code=${code}`}`;
}

function rowsFor(app: App, { production, dataDir, botToken }: Settings): Row[] {
  const rows: Row[] = [];
  const signsIn = '(signs in one browser, once, within an hour)';
  rows.push(['Dashboard', production ? `${app.url ?? ''}/` : `${signInLink(app)}  ${signsIn}`]);
  if (!production) rows.push(['Explorer', `${signInLink(app, '/graphql')}  ${signsIn}`]);
  rows.push(['API', `${app.url ?? ''}/graphql`]);
  if (app.generatedAdminToken !== undefined)
    rows.push(['Admin token', `${app.generatedAdminToken}  (kept in ${join(dataDir, 'admin-token')})`]);
  rows.push([
    'Telegram',
    botToken === undefined
      ? 'nothing is sent: the sandbox takes all messages; set BOT_TOKEN to send'
      : 'messages are sent by your bot',
  ]);
  if (app.sandbox !== undefined)
    rows.push(['Chats', `${app.sandbox.url}/  (be a person: press the buttons, take the poll)`]);
  rows.push(['Try next', 'npm run seed, then the operations of the explorer from top to bottom']);
  rows.push(['Stop', 'Ctrl+C']);
  return rows;
}

/** For a terminal alone: it holds secrets, which must not reach the log of a service. */
function block(app: App, settings: Settings): string {
  const lines = rowsFor(app, settings).map(([label, text]) => `  ${label.padEnd(12)}${text}`);
  return ['', 'Pollcast is running.', '', ...lines, ''].join('\n');
}

/** Says that the process is ready, and in a terminal what can be done with it. */
export function announce(app: App, settings: Settings, logger: Logger, stdout: Output): void {
  if (app.url === undefined) return;
  if (app.generatedAdminToken !== undefined && !stdout.isTTY)
    logger.info(`the admin token is in ${join(settings.dataDir, 'admin-token')}`);
  logger.info(`GraphQL API at ${app.url}/graphql`);
  if (stdout.isTTY) stdout.write(`${block(app, settings)}\n`);
}
