import type { CampaignStandstill, StandstillCode } from './standstill.types.js';
import type { Standstill } from './standstill.store.js';

const STANDSTILL_MESSAGES: Readonly<Record<StandstillCode, string>> = {
  NO_WORKER: 'No process works jobs: start "npm run worker".',
  WRONG_BOT:
    'The workers have another bot than the installation, or the sandbox, and work no jobs: installation.workers says what ' +
    'to set.',
  BOT_THROTTLED: 'Telegram throttles the bot. The campaign continues by itself.',
  CHAT_THROTTLED: 'Telegram throttles every chat that is left. The campaign continues by itself.',
  TELEGRAM_UNREACHABLE:
    'Telegram cannot be reached. The campaign continues by itself when Telegram answers again.',
  NO_PROGRESS: 'There was no progress for two minutes. Search the logs of the workers for this campaign.',
};

/** Converts a standstill to its form in the API. */
export function describeStandstill({ code, since, until }: Standstill): CampaignStandstill {
  const message = STANDSTILL_MESSAGES[code].replace(/\.|$/, since ? ` since ${since.toISOString()}.` : '$&');
  return { code, message, until };
}
