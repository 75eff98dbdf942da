import type { NotificationCampaign } from '../campaigns/campaign.entity.js';
import type { CampaignService, RetriedCampaign } from '../campaigns/campaign.service.js';
import type { RunOptions } from '../campaigns/campaign.store.js';
import { refusal, userError, UserErrorCode, type Result } from '../kernel/user-error.js';
import { DeliveryStatus } from './delivery.entity.js';
import type { RetrySelection } from './delivery.types.js';
import { requeueFinished } from './retry.store.js';

const RETRYABLE = [DeliveryStatus.FAILED, DeliveryStatus.UNCONFIRMED, DeliveryStatus.SKIPPED];

/** Retries finished deliveries. */
export class RetryService {
  constructor(private readonly campaigns: CampaignService) {}

  find(campaignId: string): Promise<NotificationCampaign | null> {
    return this.campaigns.find(campaignId);
  }

  async retry(
    campaignId: string,
    { statuses, reasons }: RetrySelection,
    options?: RunOptions,
  ): Promise<Result<RetriedCampaign>> {
    const wanted = [...new Set(statuses)];
    if (wanted.length === 0 || !wanted.every((status) => RETRYABLE.includes(status))) {
      const message = `Only deliveries that are ${RETRYABLE.join(', ')} can be retried.`;
      return refusal(userError(UserErrorCode.INVALID, message, ['statuses']));
    }
    if (reasons?.length === 0) {
      const message = 'Give at least one reason, or leave reasons out for all of them.';
      return refusal(userError(UserErrorCode.INVALID, message, ['reasons']));
    }
    return this.campaigns.retry(
      campaignId,
      (sql) => requeueFinished(sql, campaignId, { statuses: wanted, reasons }),
      options,
    );
  }
}
