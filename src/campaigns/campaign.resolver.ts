import {
  Arg,
  Args,
  Authorized,
  Ctx,
  FieldResolver,
  Float,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { IdArg } from '../graphql-types/ids.js';
import { Audited, type AuditContext } from '../access/audited.js';
import { Role } from '../access/identity.js';
import { Refuses } from '../graphql-types/refusals.js';
import { UserErrorCode } from '../kernel/user-error.js';
import type { Connection } from '../kernel/pages.js';
import type { CampaignContext } from './campaign.loaders.js';
import { PageArgs } from '../graphql-types/page-arguments.js';
import type { Result } from '../kernel/user-error.js';
import { Poll } from '../polls/poll.entity.js';
import type { CampaignListService } from './campaign-list.service.js';
import type { CampaignService } from './campaign.service.js';
import {
  CampaignFilter,
  CampaignOrder,
  CampaignPayload,
  CreateCampaignInput,
  Pacing,
} from './campaign.types.js';
import { CampaignFailure } from './campaign-failure.types.js';
import { ADDRESSED, CampaignAudience } from './campaign-audience.types.js';
import { NotificationCampaign } from './campaign.entity.js';
import { NotificationCampaignConnection } from './connections.js';
import { estimateFinish, computePercentage } from './progress.js';

/** The payload of a change; a refused one answers the campaign as it is. */
export async function changePayload(
  campaigns: Pick<CampaignService, 'find'>,
  id: string,
  result: Result<NotificationCampaign>,
): Promise<CampaignPayload> {
  return result.ok
    ? { campaign: result.value, userErrors: [] }
    : { campaign: await campaigns.find(id), userErrors: result.errors };
}

export const ID_ARGUMENT = { description: 'Id of the campaign.' };

export interface BesideAnother {
  besideAnother: boolean;
}

/** For the audit log. */
export function describeBeside({ besideAnother }: BesideAnother): string | undefined {
  return besideAnother ? 'besideAnother' : undefined;
}

export const CAMPAIGN_ORDER = {
  defaultValue: CampaignOrder.CREATED_AT_DESC,
  description: 'Order of the list.',
};

export const BESIDE_ANOTHER = {
  defaultValue: false,
  description:
    'Allows it while another campaign of the poll has pending recipients, who then get two reminders.',
};

@Resolver(() => NotificationCampaign)
export class CampaignResolver {
  constructor(
    private readonly campaigns: CampaignService,
    private readonly lists: CampaignListService,
    private readonly messagesPerSecond: number,
  ) {}

  @Query(() => NotificationCampaign, {
    nullable: true,
    description: 'One campaign, or null if none has this id.',
  })
  campaign(@IdArg('id', 'campaign', ID_ARGUMENT) id: string): Promise<NotificationCampaign | null> {
    return this.campaigns.find(id);
  }

  @Query(() => NotificationCampaignConnection, { name: 'campaigns', description: 'All campaigns.' })
  list(
    @Arg('filter', () => CampaignFilter, { nullable: true, description: 'Which campaigns to list.' })
    filter: CampaignFilter | undefined,
    @Arg('orderBy', () => CampaignOrder, CAMPAIGN_ORDER) orderBy: CampaignOrder,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<NotificationCampaign>> {
    return this.lists.campaigns(filter, orderBy, page);
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<{ input: CreateCampaignInput }>({
    poll: ({ input }) => input.topicId,
    detail: ({ input }) =>
      input.scheduledFor ? `scheduled for ${input.scheduledFor.toISOString()}` : undefined,
  })
  @Refuses(
    UserErrorCode.NOT_FOUND,
    UserErrorCode.INVALID,
    UserErrorCode.INVALID_STATE,
    UserErrorCode.POLL_CLOSED,
    UserErrorCode.TEMPLATE_INVALID,
    UserErrorCode.TOO_LONG,
    UserErrorCode.IDEMPOTENCY_CONFLICT,
  )
  @Mutation(() => CampaignPayload, {
    description:
      'Creates a campaign for a poll that takes answers. With scheduledFor it starts by itself then.',
  })
  async createCampaign(
    @Arg('input', () => CreateCampaignInput, { description: 'The new campaign.' }) input: CreateCampaignInput,
    @Ctx() { identity }: AuditContext,
  ): Promise<CampaignPayload> {
    const result = await this.campaigns.create(input, identity.name);
    return result.ok
      ? { campaign: result.value, userErrors: [] }
      : { campaign: null, userErrors: result.errors };
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
    description:
      'Schedules the Agenda jobs and answers PROCESSING at once; the audience is split into chunks, ' +
      'pacing.chunkIntervalMs apart, each sending one message every pacing.sendIntervalMs. While another campaign of ' +
      'the poll has pending recipients, also one that is PAUSED or FAILED, it is refused with ANOTHER_CAMPAIGN_RUNS, ' +
      'unless that is allowed here: nobody should get two reminders by mistake.',
  })
  async startCampaign(
    @IdArg('id', 'campaign', ID_ARGUMENT) id: string,
    @Arg('besideAnother', () => Boolean, BESIDE_ANOTHER) besideAnother: boolean,
  ): Promise<CampaignPayload> {
    return changePayload(this.campaigns, id, await this.campaigns.start(id, { besideAnother }));
  }

  @FieldResolver(() => Poll, { description: 'The poll that the campaign reminds of.' })
  async topic(@Root() campaign: NotificationCampaign, @Ctx() { loaders }: CampaignContext): Promise<Poll> {
    const poll = await loaders.poll.load(campaign.topicId);
    if (!poll) throw new Error(`Poll ${campaign.topicId} of campaign ${campaign.id} is gone.`);
    return poll;
  }

  @FieldResolver(() => String, {
    description: 'Name of the token that created it; "unknown" for campaigns of earlier versions.',
  })
  createdBy(@Root() { createdBy }: NotificationCampaign): string {
    return createdBy ?? 'unknown';
  }

  @FieldResolver(() => Pacing, { description: 'How its messages are spread over time.' })
  pacing(@Root() { chunkSize, chunkIntervalMs, sendIntervalMs }: NotificationCampaign): Pacing {
    return { chunkSize, chunkIntervalMs, sendIntervalMs };
  }

  @FieldResolver(() => CampaignAudience, { description: 'Restrictions of its audience.' })
  async audience(
    @Root() { id, notRemindedForHours, participation }: NotificationCampaign,
    @Ctx() { loaders }: CampaignContext,
  ): Promise<CampaignAudience> {
    const groups = await loaders.campaignGroups.load(id);
    return {
      participation: ADDRESSED.filter((addressed) => (participation ?? addressed) === addressed),
      groups: groups.map(({ name }) => name),
      notRemindedForHours,
    };
  }

  @FieldResolver(() => Float, {
    description:
      'Share of totalUsers that is no longer pending, 0 to 100. 100 when totalUsers is 0 and the campaign completed.',
  })
  progressPercentage(@Root() campaign: NotificationCampaign): number {
    return computePercentage(campaign);
  }

  @FieldResolver(() => Date, { nullable: true, description: 'Estimated time of completion, while it runs.' })
  estimatedFinishAt(@Root() campaign: NotificationCampaign): Date | null {
    return estimateFinish(campaign, this.messagesPerSecond, new Date());
  }

  @FieldResolver(() => CampaignFailure, {
    nullable: true,
    description: 'Why the campaign is FAILED, or was paused by the system.',
  })
  failure(@Root() { failureCode, failureMessage }: NotificationCampaign): CampaignFailure | null {
    return failureCode === null ? null : { code: failureCode, message: failureMessage ?? failureCode };
  }
}
