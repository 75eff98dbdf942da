/** Id of the bot of a process; null for the built-in sandbox. */
export type OwnBot = string | null;

/**
 * Whether the process may send: if a bot is recorded, only with that bot. Part of every claim, so that it takes effect as soon as
 * another bot is recorded. @param ownBot SQL of the process's bot
 */
export function isBotOfInstallation(ownBot: string): string {
  return `NOT EXISTS (SELECT FROM installation WHERE installation.bot_id IS DISTINCT FROM ${ownBot}::bigint)`;
}
