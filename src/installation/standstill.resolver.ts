import { FieldResolver, Float, Resolver, Root } from 'type-graphql';
import { NotificationCampaign } from '../campaigns/campaign.entity.js';
import { CampaignStatus } from '../campaigns/lifecycle.js';
import { CampaignProgress } from '../campaigns/progress.types.js';
import type { RunningWatch } from './running-watch.js';
import { describeStandstill } from './standstill.js';
import { CampaignStandstill, StandstillCode } from './standstill.types.js';

function readStandstill(campaign: NotificationCampaign): CampaignStandstill | null {
  const { status, standstillCode, standstillSince, standstillUntil } = campaign;
  const code = Object.values(StandstillCode).find((known) => known === standstillCode);
  if (status !== CampaignStatus.PROCESSING || code === undefined) return null;
  return describeStandstill({
    code,
    since: standstillSince,
    until: standstillUntil,
  });
}

/** Adds to campaigns, which know nothing of workers, how fast they send and why they do not. */
@Resolver(() => NotificationCampaign)
export class StandstillResolver {
  constructor(private readonly running: Pick<RunningWatch, 'messagesPerSecond'>) {}

  @FieldResolver(() => CampaignStandstill, {
    nullable: true,
    description: 'Why a PROCESSING campaign makes no progress, found out every second; otherwise null.',
  })
  standstill(@Root() campaign: NotificationCampaign): CampaignStandstill | null {
    return readStandstill(campaign);
  }

  @FieldResolver(() => Float, {
    description: 'Messages accepted a second, over the last ten seconds; 0 while it does not run.',
  })
  messagesPerSecond(@Root() { id, status }: NotificationCampaign): number {
    return status === CampaignStatus.PROCESSING ? this.running.messagesPerSecond(id) : 0;
  }
}

@Resolver(() => CampaignProgress)
export class ProgressStandstillResolver {
  @FieldResolver(() => CampaignStandstill, {
    nullable: true,
    description: 'Why it makes no progress although it is PROCESSING; an event comes when that changes.',
  })
  standstill(@Root() { campaign }: CampaignProgress): CampaignStandstill | null {
    return readStandstill(campaign);
  }
}
