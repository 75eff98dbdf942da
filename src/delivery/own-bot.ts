/** The bot that a process sends by; null is the built-in sandbox. */
export type OwnBot = string | null;

/**
 * Whether the process may send: where a bot is recorded, by that one alone. A part of the claims, so that it holds from the
 * moment in which another bot is recorded. @param ownBot SQL of the process's bot
 */
export function isBotOfInstallation(ownBot: string): string {
  return `NOT EXISTS (SELECT FROM installation WHERE installation.bot_id IS DISTINCT FROM ${ownBot}::bigint)`;
}
