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
      await this.summarize(campaignId, 'campaign completed');
    }
  }

  /** What became of everybody, and why. An error ends nothing: the campaign has ended already. */
  private async summarize(campaignId: string, message: string): Promise<void> {
    try {
      this.logger.info({ campaignId, outcomes: await this.campaigns.countOutcomes(campaignId) }, message);
    } catch (error) {
      this.logger.info({ campaignId, err: error }, message);
    }
  }

  /** @returns whether it has stopped because every text of it is refused */
  async failRefused(campaignId: string, code: TextCode): Promise<boolean> {
    const failure = { code, message: STOP_CODES[code] };
    const stopped = await this.campaigns.failRefused(campaignId, failure);
    if (stopped) this.logger.error({ campaignId, code }, `campaign failed: ${failure.message}`);
    return stopped;
  }

  async failBySystem(campaignId: string, code: FailureCode, message: string): Promise<void> {
    if (await this.campaigns.transition(campaignId, 'fail', { code, message })) {
      this.logger.error({ campaignId, code }, `campaign failed: ${message}`);
    }
  }

  async pauseBySystem(campaignId: string, code: FailureCode, message: string): Promise<void> {
    if (await this.campaigns.transition(campaignId, 'pause', { code, message })) {
      this.logger.error({ campaignId, code }, `campaign paused: ${message}`);
    }
  }
}
