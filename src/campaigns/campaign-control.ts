import type { Logger } from 'pino';
import type { CampaignStore } from './campaign.store.js';
import { STOP_CODES, type FailureCode, type TextCode } from './failure-codes.js';

/** What the engine does to campaigns as a whole. Each call is one compare-and-set that may find nothing to do. */
export class SystemCampaignControl {
  constructor(
    private readonly campaigns: CampaignStore,
    private readonly logger: Logger,
  ) {}

  /** Completes the campaign if no delivery of it is pending. */
  async complete(campaignId: string): Promise<void> {
    if (await this.campaigns.transition(campaignId, 'complete')) {
      this.logger.info(await this.summary(campaignId), 'campaign completed');
    }
  }

  /** What became of everybody, and why. Where it cannot be read, the campaign has stopped all the same. */
  private async summary(campaignId: string): Promise<object> {
    try {
      return { campaignId, outcomes: await this.campaigns.countOutcomes(campaignId) };
    } catch (error) {
      return { campaignId, err: error };
    }
  }

  /** @returns whether it has stopped because every text of it is refused */
  async failRefused(campaignId: string, code: TextCode): Promise<boolean> {
    const failure = { code, message: STOP_CODES[code] };
    const stopped = await this.campaigns.failRefused(campaignId, failure);
    if (stopped) await this.logStop(campaignId, code, `campaign failed: ${failure.message}`);
    return stopped;
  }

  async failBySystem(campaignId: string, code: FailureCode, message: string): Promise<void> {
    if (await this.campaigns.transition(campaignId, 'fail', { code, message })) {
      await this.logStop(campaignId, code, `campaign failed: ${message}`);
    }
  }

  async pauseBySystem(campaignId: string, code: FailureCode, message: string): Promise<void> {
    if (await this.campaigns.transition(campaignId, 'pause', { code, message })) {
      await this.logStop(campaignId, code, `campaign paused: ${message}`);
    }
  }

  private async logStop(campaignId: string, code: FailureCode, message: string): Promise<void> {
    this.logger.error({ ...(await this.summary(campaignId)), code }, message);
  }
}
