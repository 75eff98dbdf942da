import type { Logger } from 'pino';
import type { CampaignEvent } from './lifecycle.js';

/** Why nothing can be sent. `meaning` is for docs/errors.md; `advice` tells operators what to do. */
export const STOPS = {
  BOT_TOKEN_REJECTED: {
    meaning: 'Telegram does not accept the bot token',
    advice: 'Telegram does not accept the bot token. Set BOT_TOKEN to a valid one, then resume the campaign.',
  },
  BOT_LOGGED_OUT: {
    meaning: 'the bot is logged out of this Bot API server',
    advice: 'The bot is logged out of this Bot API server. Log it in again, then resume the campaign.',
  },
  BOT_ON_OTHER_SERVER: {
    meaning: 'the bot belongs to another Bot API server',
    advice: 'The bot belongs to another Bot API server. Set TELEGRAM_API_ROOT to it, then resume.',
  },
  API_ROOT_REDIRECTS: {
    meaning: 'the server at `TELEGRAM_API_ROOT` answers with a redirect, which is not followed',
    advice:
      'The server at TELEGRAM_API_ROOT answers with a redirect, which is not followed: the bot token would go to another ' +
      'host. Set TELEGRAM_API_ROOT to the address that answers itself, then resume the campaign.',
  },
  MARKUP_INVALID: {
    meaning: 'the HTML of the template cannot be read, whatever the name in it',
    advice:
      'Telegram cannot read the HTML of the message template. Change it with updateCampaign, then resume.',
  },
  MESSAGE_TOO_LONG: {
    meaning: 'more than 4096 characters, whatever the name in it',
    advice:
      'The message is longer than 4096 characters. Change its template with updateCampaign, then resume.',
  },
  MESSAGE_EMPTY: {
    meaning: 'no text',
    advice: 'The message has no text. Change its template with updateCampaign, then resume.',
  },
  BUTTON_INVALID: {
    meaning: 'the button is not accepted',
    advice:
      'Telegram does not accept the button of the message. Change its buttonText with updateCampaign, then resume.',
  },
  REPLY_MARKUP_TOO_LONG: {
    meaning: 'the button is too long',
    advice:
      'The button of the message is too long for Telegram. Change its buttonText with updateCampaign, then resume.',
  },
  PARSE_MODE_INVALID: {
    meaning: 'the parse mode is not accepted',
    advice: 'Telegram does not accept the parse mode of the message.',
  },
} as const satisfies Record<string, { meaning: string; advice: string }>;

/** Why the system pauses a campaign. */
const PAUSES = {
  REPEATED_FAILURES: {
    meaning: 'many reminders in a row failed for the same reason, which is not the recipients',
  },
  MISSED_SCHEDULE: { meaning: 'nothing ran when it was due' },
  POLL_CLOSED: { meaning: 'the poll took no answers when it was due' },
  ANOTHER_CAMPAIGN_RUNS: { meaning: 'another campaign of the poll had pending recipients when it was due' },
} as const satisfies Record<string, { meaning: string }>;

/** Why the system stopped a campaign. Metrics and docs follow from this list. */
export const FAILURES = { ...STOPS, ...PAUSES };

export type StopCode = keyof typeof STOPS;
export type FailureCode = keyof typeof FAILURES;

export const FAILURE_CODES = Object.keys(FAILURES) as readonly FailureCode[];

/** Codes that a recipient's name may cause; otherwise they affect every recipient. */
export const TEXT_CODES = [
  'MARKUP_INVALID',
  'MESSAGE_TOO_LONG',
  'MESSAGE_EMPTY',
] as const satisfies StopCode[];

export type TextCode = (typeof TEXT_CODES)[number];

function isTextCode(reason: string | null): reason is TextCode {
  return (TEXT_CODES as readonly (string | null)[]).includes(reason);
}

/** Consecutive failures with one reason after which the recipients are not the cause. */
export const MAX_FAILURE_STREAK = 20;

export interface Failure {
  code: FailureCode;
  message: string;
}

/** State of a campaign after results were written. */
export interface CampaignState {
  pendingUsers: number;
  failureStreak: number;
  failureStreakReason: string | null;
}

/** Changes that end a campaign. Each is one compare-and-set that may find nothing to do. */
export interface EndingStore {
  transition(
    id: string,
    event: Extract<CampaignEvent, 'complete' | 'fail' | 'pause'>,
    failure?: Failure,
  ): Promise<boolean>;
  failRefused(id: string, failure: Failure): Promise<boolean>;
  countOutcomes(id: string): Promise<Record<string, number>>;
}

/** Completes campaigns without pending recipients, and stops those that keep failing. */
export class CampaignEnding {
  constructor(
    private readonly campaigns: EndingStore,
    private readonly logger: Logger,
  ) {}

  /** Completes or stops the campaign if its results require it. */
  async endIfDue(
    campaignId: string,
    { pendingUsers, failureStreak, failureStreakReason }: CampaignState,
  ): Promise<void> {
    if (await this.stopIfRefused(campaignId, failureStreakReason)) return;
    if (pendingUsers === 0) await this.complete(campaignId);
    else if (failureStreak >= MAX_FAILURE_STREAK) {
      const reason = failureStreakReason ?? 'UNKNOWN';
      const message = `${failureStreak} reminders in a row ended with ${reason}. Find the cause, then resume.`;
      await this.stop(campaignId, 'pause', { code: 'REPEATED_FAILURES', message });
    }
  }

  /** Stops a campaign whose text no recipient can get. @returns whether it has stopped for that */
  async stopIfRefused(campaignId: string, failureStreakReason: string | null): Promise<boolean> {
    if (!isTextCode(failureStreakReason)) return false;
    const failure = { code: failureStreakReason, message: STOPS[failureStreakReason].advice };
    const stopped = await this.campaigns.failRefused(campaignId, failure);
    if (stopped) await this.logStop(campaignId, 'fail', failure);
    return stopped;
  }

  /** Completes the campaign if no delivery of it is pending. */
  async complete(campaignId: string): Promise<void> {
    if (await this.campaigns.transition(campaignId, 'complete')) {
      this.logger.info(await this.summary(campaignId), 'campaign completed');
    }
  }

  /** Logs the end of a cancelled campaign, once its pending recipients are skipped. */
  async logCancelled(campaignId: string): Promise<void> {
    this.logger.info(await this.summary(campaignId), 'campaign cancelled');
  }

  /** Fails the campaign: nothing can be sent until an operator corrects the cause. */
  async fail(campaignId: string, code: StopCode): Promise<void> {
    await this.stop(campaignId, 'fail', { code, message: STOPS[code].advice });
  }

  private async stop(campaignId: string, event: 'fail' | 'pause', failure: Failure): Promise<void> {
    if (await this.campaigns.transition(campaignId, event, failure))
      await this.logStop(campaignId, event, failure);
  }

  private async logStop(
    campaignId: string,
    event: 'fail' | 'pause',
    { code, message }: Failure,
  ): Promise<void> {
    const done = event === 'fail' ? 'failed' : 'paused';
    this.logger.error({ ...(await this.summary(campaignId)), code }, `campaign ${done}: ${message}`);
  }

  /** Outcomes by reason for the log. The campaign has ended also if they cannot be read. */
  private async summary(campaignId: string): Promise<object> {
    try {
      return { campaignId, outcomes: await this.campaigns.countOutcomes(campaignId) };
    } catch (error) {
      return { campaignId, err: error };
    }
  }
}
