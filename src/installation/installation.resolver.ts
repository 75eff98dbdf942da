import { FieldResolver, Query, Resolver } from 'type-graphql';
import { describeStandstill } from './standstill.js';
import { CampaignStandstill } from './standstill.types.js';
import type { InstallationService } from './installation.service.js';
import { CampaignCount, Installation, WorkerProcess } from './installation.types.js';

@Resolver(() => Installation)
export class InstallationResolver {
  constructor(private readonly installations: InstallationService) {}

  @Query(() => Installation, { description: 'The bot, the workers, and what holds them up.' })
  installation(): Promise<Installation> {
    return this.installations.describe();
  }

  @FieldResolver(() => [WorkerProcess], { description: 'The processes that work jobs, by name.' })
  workers(): Promise<WorkerProcess[]> {
    return this.installations.workers();
  }

  @FieldResolver(() => CampaignStandstill, {
    nullable: true,
    description: 'Why nothing is sent at the moment, for all campaigns.',
  })
  async standstill(): Promise<CampaignStandstill | null> {
    const standstill = await this.installations.standstill();
    return standstill ? describeStandstill(standstill) : null;
  }

  @FieldResolver(() => [CampaignCount], { description: 'How many campaigns there are of each status.' })
  campaignCounts(): Promise<CampaignCount[]> {
    return this.installations.campaignCounts();
  }
}
