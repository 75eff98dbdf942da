import { endingBy, type AuditTrail } from '../access/audit-trail.js';
import type { Identity } from '../access/identity.js';
import { isRowId } from '../kernel/ids.js';
import { userError, UserErrorCode, type Result, type UserError } from '../kernel/user-error.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { CampaignService } from './campaign.service.js';

const MAX_CAMPAIGNS = 100;

/** Campaigns as they now are, and why some of them were not changed. */
export interface BulkResult {
  campaigns: NotificationCampaign[];
  userErrors: UserError[];
}

/** Who asks, and where each of the changes is recorded. */
export interface BulkCaller {
  identity: Identity;
  audit: AuditTrail;
}

type Change = 'pause' | 'resume' | 'cancel';

/** Changes many campaigns, each on its own. */
export class CampaignBulkService {
  constructor(private readonly campaigns: CampaignService) {}

  /** @param ids at most 100; one that is given twice is changed once */
  async change(event: Change, ids: readonly string[], caller: BulkCaller): Promise<BulkResult> {
    if (ids.length > MAX_CAMPAIGNS) {
      const message = `ids must have at most ${MAX_CAMPAIGNS} items, not ${ids.length}: send the others in another call.`;
      return { campaigns: [], userErrors: [userError(UserErrorCode.INVALID, message, ['ids'])] };
    }
    const userErrors: UserError[] = [];
    const campaigns: NotificationCampaign[] = [];
    for (const [place, id] of ids.entries()) {
      if (ids.indexOf(id) < place) continue;
      const result = await this.changeOne(event, id, caller);
      if (!result.ok) {
        userErrors.push(...result.errors.map((error) => ({ ...error, field: ['ids', String(place)] })));
      }
      const campaign = result.ok ? result.value : await this.campaigns.find(id);
      if (campaign) campaigns.push(campaign);
    }
    return { campaigns, userErrors };
  }

  /** With an entry in the audit log, as if it had been called alone. */
  private changeOne(
    event: Change,
    id: string,
    { identity, audit }: BulkCaller,
  ): Promise<Result<NotificationCampaign>> {
    const call = {
      identity,
      action: `${event}Campaign`,
      campaignId: isRowId(id) ? id : null,
      pollId: null,
      detail: null,
    };
    return audit.record(
      call,
      () => this.campaigns[event](id),
      (result) => endingBy(result.ok ? undefined : result.errors[0]),
    );
  }
}
