import type { Standstill } from './standstill.store.js';
import type { PacingPlan } from '../campaigns/estimate.js';
import type { OwnBot } from '../delivery/own-bot.js';
import type { InstallationStore } from './installation.store.js';
import type { CampaignCount, Installation, WorkerProcess } from './installation.types.js';

export interface InstallationFacts {
  version: string;
  messagesPerSecond: number;
  defaultPacing: PacingPlan;
}

/** Answers queries about the installation. */
export class InstallationService {
  constructor(
    private readonly store: InstallationStore,
    private readonly findStandstill: () => Promise<Standstill | undefined>,
    private readonly ownBot: OwnBot,
    private readonly facts: InstallationFacts,
  ) {}

  async describe(): Promise<Installation> {
    const recorded = await this.store.findBot();
    const bot =
      recorded?.username == null ? null : { username: recorded.username, telegramId: recorded.botId };
    return { ...this.facts, bot, sandbox: this.ownBot === null && recorded === undefined };
  }

  /** Whether the sandbox takes the messages of the installation. */
  async isSandbox(): Promise<boolean> {
    return (await this.describe()).sandbox;
  }

  workers(): Promise<WorkerProcess[]> {
    return this.store.workers();
  }

  campaignCounts(): Promise<CampaignCount[]> {
    return this.store.campaignCounts();
  }

  standstill(): Promise<Standstill | undefined> {
    return this.findStandstill();
  }
}
