import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { Cost } from '../graphql-types/cost.js';
import { IdArg } from '../graphql-types/ids.js';
import { Audited } from '../access/audited.js';
import type { PeopleVisibility } from '../access/disguise.js';
import { DeletePayload, deletePayload } from '../graphql-types/delete-payload.js';
import { Role } from '../access/identity.js';
import { Refuses } from '../graphql-types/refusals.js';
import { UserErrorCode } from '../kernel/user-error.js';
import {
  BESIDE_ANOTHER,
  changePayload,
  describeBeside,
  ID_ARGUMENT,
  type BesideAnother,
} from './campaign.resolver.js';
import type { CampaignService } from './campaign.service.js';
import {
  CampaignPayload,
  CreateCampaignInput,
  SendTestNotificationPayload,
  UpdateCampaignInput,
} from './campaign.types.js';
import type { CampaignPreviewService } from './campaign-preview.service.js';
import { CampaignPreview } from './campaign-preview.types.js';
import type { TestNotificationService } from './test-notification.service.js';

/** Operations around the life of a campaign: preview, test, pause, resume, cancel. */
@Resolver()
export class CampaignLifecycleResolver {
  constructor(
    private readonly campaigns: CampaignService,
    private readonly previews: CampaignPreviewService,
    private readonly testNotifications: TestNotificationService,
  ) {}

  @Refuses(
    UserErrorCode.NOT_FOUND,
    UserErrorCode.INVALID,
    UserErrorCode.INVALID_STATE,
    UserErrorCode.POLL_CLOSED,
    UserErrorCode.TEMPLATE_INVALID,
    UserErrorCode.TOO_LONG,
  )
  @Cost(500)
  @Query(() => CampaignPreview, {
    description: 'What a campaign would do if it started now, and the errors of creating it.',
  })
  campaignPreview(
    @Arg('input', () => CreateCampaignInput, { description: 'Campaign to preview.' })
    input: CreateCampaignInput,
    @Ctx() { disguise }: PeopleVisibility,
  ): Promise<CampaignPreview> {
    return this.previews.preview(input, { namesRecipient: !disguise });
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<{ id: string; input: UpdateCampaignInput }>({
    campaign: ({ id }) => id,
    detail: ({ input }) => Object.keys(input).join(', '),
  })
  @Refuses(
    UserErrorCode.NOT_FOUND,
    UserErrorCode.INVALID,
    UserErrorCode.INVALID_STATE,
    UserErrorCode.TEMPLATE_INVALID,
    UserErrorCode.TOO_LONG,
  )
  @Mutation(() => CampaignPayload, {
    description:
      'Changes a campaign that is not running: texts and pacing, and its schedule before it has started.',
  })
  async updateCampaign(
    @IdArg('id', 'campaign', ID_ARGUMENT) id: string,
    @Arg('input', () => UpdateCampaignInput, { description: 'The new values.' })
    input: UpdateCampaignInput,
  ): Promise<CampaignPayload> {
    return changePayload(this.campaigns, id, await this.campaigns.update(id, input));
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<{ id: string }>({ campaign: ({ id }) => id })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID_STATE)
  @Mutation(() => CampaignPayload, {
    description: 'Pauses a running campaign within 2 s; resumeCampaign continues it.',
  })
  async pauseCampaign(@IdArg('id', 'campaign', ID_ARGUMENT) id: string): Promise<CampaignPayload> {
    return changePayload(this.campaigns, id, await this.campaigns.pause(id));
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<BesideAnother & { id: string }>({ campaign: ({ id }) => id, detail: describeBeside })
  @Refuses(
    UserErrorCode.NOT_FOUND,
    UserErrorCode.INVALID_STATE,
    UserErrorCode.POLL_CLOSED,
    UserErrorCode.ANOTHER_CAMPAIGN_RUNS,
  )
  @Mutation(() => CampaignPayload, {
    description: 'Continues a campaign that is PAUSED or FAILED. Its audience and totals stay.',
  })
  async resumeCampaign(
    @IdArg('id', 'campaign', ID_ARGUMENT) id: string,
    @Arg('besideAnother', () => Boolean, BESIDE_ANOTHER) besideAnother: boolean,
  ): Promise<CampaignPayload> {
    return changePayload(this.campaigns, id, await this.campaigns.resume(id, { besideAnother }));
  }

  @Authorized(Role.ADMIN)
  @Audited<{ id: string }>({ campaign: ({ id }) => id })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID_STATE)
  @Mutation(() => CampaignPayload, {
    description: 'Ends a campaign for good. Pending recipients are SKIPPED.',
  })
  async cancelCampaign(@IdArg('id', 'campaign', ID_ARGUMENT) id: string): Promise<CampaignPayload> {
    return changePayload(this.campaigns, id, await this.campaigns.cancel(id));
  }

  @Authorized(Role.ADMIN)
  @Audited<{ id: string }>({ campaign: ({ id }) => id })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID_STATE)
  @Mutation(() => DeletePayload, { description: 'Deletes a campaign that was never started.' })
  async deleteCampaign(@IdArg('id', 'campaign', ID_ARGUMENT) id: string): Promise<DeletePayload> {
    return deletePayload('campaign', await this.campaigns.delete(id));
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<{ campaignId: string }>({ campaign: ({ campaignId }) => campaignId })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID_STATE, UserErrorCode.TELEGRAM_REJECTED)
  @Mutation(() => SendTestNotificationPayload, {
    description: 'Sends the reminder of a campaign to one user now. It is not part of the ledger.',
  })
  async sendTestNotification(
    @IdArg('campaignId', 'campaign', ID_ARGUMENT) campaignId: string,
    @IdArg('telegramUserId', 'user', { description: 'The user who gets it.' }) telegramUserId: string,
  ): Promise<SendTestNotificationPayload> {
    const result = await this.testNotifications.send(campaignId, telegramUserId);
    return { delivered: result.ok, userErrors: result.ok ? [] : result.errors };
  }
}
