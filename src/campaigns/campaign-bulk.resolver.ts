import { Authorized, Ctx, Field, Mutation, ObjectType, Resolver } from 'type-graphql';
import { Audited, type AuditContext } from '../access/audited.js';
import { Role } from '../access/identity.js';
import { IdArg } from '../graphql-types/ids.js';
import { Refuses } from '../graphql-types/refusals.js';
import { UserError } from '../graphql-types/user-error.js';
import { UserErrorCode } from '../kernel/user-error.js';
import type { BulkResult, CampaignBulkService } from './campaign-bulk.service.js';
import { NotificationCampaign } from './campaign.entity.js';

@ObjectType({ description: 'Several campaigns as they now are, and why some of them were not changed.' })
export class CampaignsPayload implements BulkResult {
  @Field(() => [NotificationCampaign], {
    description: 'The campaigns as they now are, changed or not, in the order of ids.',
  })
  campaigns!: NotificationCampaign[];

  @Field(() => [UserError], {
    description: 'Why campaigns were not changed, each with its place: ["ids", "2"] is the third.',
  })
  userErrors!: UserError[];
}

const IDS = { description: 'Ids of the campaigns, at most 100.', list: true };

interface Ids {
  ids: string[];
}

function describeIds({ ids }: Ids): string {
  return `campaigns: ${ids.length}`;
}

/** Each campaign has an entry of its own in the audit log beside that of the call. */
@Resolver()
export class CampaignBulkResolver {
  constructor(private readonly bulk: CampaignBulkService) {}

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<Ids>({ detail: describeIds })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID, UserErrorCode.INVALID_STATE)
  @Mutation(() => CampaignsPayload, {
    description: 'As pauseCampaign, for at most 100 at a time, each on its own.',
  })
  pauseCampaigns(
    @IdArg('ids', 'campaign', IDS) ids: string[],
    @Ctx() caller: AuditContext,
  ): Promise<CampaignsPayload> {
    return this.bulk.change('pause', ids, caller);
  }

  @Authorized(Role.OPERATOR, Role.ADMIN)
  @Audited<Ids>({ detail: describeIds })
  @Refuses(
    UserErrorCode.NOT_FOUND,
    UserErrorCode.INVALID,
    UserErrorCode.INVALID_STATE,
    UserErrorCode.POLL_CLOSED,
    UserErrorCode.ANOTHER_CAMPAIGN_RUNS,
  )
  @Mutation(() => CampaignsPayload, {
    description:
      'As resumeCampaign, for at most 100 at a time, each on its own; none beside another campaign of its poll.',
  })
  resumeCampaigns(
    @IdArg('ids', 'campaign', IDS) ids: string[],
    @Ctx() caller: AuditContext,
  ): Promise<CampaignsPayload> {
    return this.bulk.change('resume', ids, caller);
  }

  @Authorized(Role.ADMIN)
  @Audited<Ids>({ detail: describeIds })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID, UserErrorCode.INVALID_STATE)
  @Mutation(() => CampaignsPayload, {
    description: 'As cancelCampaign, for at most 100 at a time, each on its own.',
  })
  cancelCampaigns(
    @IdArg('ids', 'campaign', IDS) ids: string[],
    @Ctx() caller: AuditContext,
  ): Promise<CampaignsPayload> {
    return this.bulk.change('cancel', ids, caller);
  }
}
