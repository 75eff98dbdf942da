import { Arg, Authorized, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Audited } from '../access/audited.js';
import { Role } from '../access/identity.js';
import {
  BESIDE_ANOTHER,
  campaignPayload,
  describeBeside,
  ID_ARGUMENT,
  type BesideAnother,
} from './campaign.resolver.js';
import type { CampaignService } from './campaign.service.js';
import {
  CampaignPayload,
  CreateCampaignInput,
  RetryDeliveriesPayload,
  SendTestNotificationPayload,
  type RetrySelection,
  UpdateCampaignInput,
} from './campaign.types.js';
import type { CampaignPreviewService } from './campaign-preview.service.js';
import { CampaignPreview } from './campaign-preview.types.js';
import { PublicDeliveryReason } from '../delivery/delivery-reason.js';
import { DeliveryStatus } from '../delivery/delivery.entity.js';
import type { DeliveryReason } from './failure-codes.js';
import type { TestNotificationService } from './test-notification.service.js';

/** What operators do around a campaign: look before it starts, try it out, stop it, let it go on, repair it. */
@Resolver()
export class CampaignLifecycleResolver {
  constructor(
    private readonly campaigns: CampaignService,
    private readonly previews: CampaignPreviewService,
    private readonly testNotifications: TestNotificationService,
  ) {}

  @Query(() => CampaignPreview, {
    description: 'What a campaign would do if it started now, and what creating it would refuse.',
  })
  campaignPreview(
    @Arg('input', () => CreateCampaignInput, { description: 'Campaign to preview.' })
    input: CreateCampaignInput,
  ): Promise<CampaignPreview> {
    return this.previews.preview(input);
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<{ id: string; input: UpdateCampaignInput }>({
    campaign: ({ id }) => id,
    detail: ({ input }) => Object.keys(input).join(', '),
  })
  @Mutation(() => CampaignPayload, {
    description:
      'Changes a campaign that does not run: its texts and pacing, and its schedule before it has started.',
  })
  async updateCampaign(
    @Arg('id', () => ID, ID_ARGUMENT) id: string,
    @Arg('input', () => UpdateCampaignInput, { description: 'What is to be otherwise.' })
    input: UpdateCampaignInput,
  ): Promise<CampaignPayload> {
    const result = await this.campaigns.update(id, input);
    if (result.ok) return campaignPayload(result);
    return { campaign: await this.campaigns.find(id), userErrors: result.errors };
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<{ id: string }>({ campaign: ({ id }) => id })
  @Mutation(() => CampaignPayload, {
    description: 'Stops a running campaign within 2 s; resumeCampaign goes on.',
  })
  async pauseCampaign(@Arg('id', () => ID, ID_ARGUMENT) id: string): Promise<CampaignPayload> {
    return campaignPayload(await this.campaigns.pause(id));
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<BesideAnother & { id: string }>({ campaign: ({ id }) => id, detail: describeBeside })
  @Mutation(() => CampaignPayload, {
    description: 'Goes on with a campaign that is PAUSED or FAILED. Its audience and totals stay.',
  })
  async resumeCampaign(
    @Arg('id', () => ID, ID_ARGUMENT) id: string,
    @Arg('besideAnother', () => Boolean, BESIDE_ANOTHER) besideAnother: boolean,
  ): Promise<CampaignPayload> {
    return campaignPayload(await this.campaigns.resume(id, { besideAnother }));
  }

  @Authorized(Role.ADMIN)
  @Audited<{ id: string }>({ campaign: ({ id }) => id })
  @Mutation(() => CampaignPayload, {
    description: 'Ends a campaign for good: whoever is still pending is SKIPPED.',
  })
  async cancelCampaign(@Arg('id', () => ID, ID_ARGUMENT) id: string): Promise<CampaignPayload> {
    return campaignPayload(await this.campaigns.cancel(id));
  }

  @Authorized(Role.ADMIN)
  @Audited<BesideAnother & RetrySelection & { campaignId: string }>({
    campaign: ({ campaignId }) => campaignId,
    detail: (given) =>
      [...new Set([...given.statuses, ...(given.reasons ?? []), describeBeside(given)])]
        .filter(Boolean)
        .join(', '),
  })
  @Mutation(() => RetryDeliveriesPayload, {
    description:
      'Puts finished deliveries of the given statuses, and reasons where given, back to PENDING and runs the campaign ' +
      'again for them. People who cannot be reached any more are left as they are, with their reason.',
  })
  async retryDeliveries(
    @Arg('campaignId', () => ID, ID_ARGUMENT) campaignId: string,
    @Arg('statuses', () => [DeliveryStatus], {
      defaultValue: [DeliveryStatus.FAILED],
      description: 'FAILED, UNCONFIRMED or SKIPPED. Who is UNCONFIRMED may get the message a second time.',
    })
    statuses: DeliveryStatus[],
    @Arg('reasons', () => [PublicDeliveryReason], {
      nullable: true,
      description: 'Only deliveries with one of these reasons.',
    })
    reasons: DeliveryReason[] | null,
    @Arg('besideAnother', () => Boolean, BESIDE_ANOTHER) besideAnother: boolean,
  ): Promise<RetryDeliveriesPayload> {
    const result = await this.campaigns.retry(campaignId, { statuses, reasons }, { besideAnother });
    return result.ok
      ? { ...result.value, userErrors: [] }
      : { campaign: null, retriedCount: 0, userErrors: result.errors };
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<{ campaignId: string }>({ campaign: ({ campaignId }) => campaignId })
  @Mutation(() => SendTestNotificationPayload, {
    description: 'Sends the reminder of a campaign to one person now. It is in no ledger.',
  })
  sendTestNotification(
    @Arg('campaignId', () => ID, ID_ARGUMENT) campaignId: string,
    @Arg('telegramUserId', () => ID, { description: 'Who gets it.' }) telegramUserId: string,
  ): Promise<SendTestNotificationPayload> {
    return this.testNotifications.send(campaignId, telegramUserId);
  }
}
