import type { CampaignStandstill, StandstillCode } from './standstill.types.js';
import type { Standstill } from './standstill.store.js';

const STANDSTILL_MESSAGES: Readonly<Record<StandstillCode, string>> = {
  NO_WORKER: 'No process works jobs: start "npm run worker".',
  WRONG_BOT:
    'The workers have another bot than the installation, or the sandbox, and work no jobs: installation.workers says what ' +
    'to set.',
  BOT_THROTTLED: 'Telegram makes the bot wait. The campaign goes on by itself.',
  CHAT_THROTTLED: 'Telegram makes every chat that is left wait. The campaign goes on by itself.',
  TELEGRAM_UNREACHABLE: 'Telegram cannot be reached. The campaign goes on by itself when it answers again.',
  NO_PROGRESS: 'Nothing has happened for two minutes. Look into the logs of the workers for this campaign.',
};

/** A standstill as the API tells of it. */
export function describeStandstill({
  code,
  since,
  until,
}: Omit<Standstill, 'campaignId'>): CampaignStandstill {
  const message = STANDSTILL_MESSAGES[code].replace(/\.|$/, since ? ` since ${since.toISOString()}.` : '$&');
  return { code, message, until };
}
