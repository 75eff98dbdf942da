import type { Logger } from 'pino';
import type { CampaignStore } from './campaign.store.js';
import type { FailureCode } from './failure-codes.js';

/** What the engine does to campaigns as a whole. Each call is one compare-and-set that may find nothing to do. */
export class SystemCampaignControl {
  constructor(
    private readonly campaigns: CampaignStore,
    private readonly logger: Logger,
  ) {}

  /** Completes the campaign if no delivery of it is pending. */
  async complete(campaignId: string): Promise<void> {
    if (await this.campaigns.transition(campaignId, 'complete')) {
      this.logger.info({ campaignId }, 'campaign completed');
    }
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
