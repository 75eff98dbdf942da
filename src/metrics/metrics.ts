import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Workload } from '../engine/ports.js';
import { BotMetrics } from './bot-metrics.js';
import { EngineMetrics } from './engine-metrics.js';
import { OperationMetrics } from './operation-metrics.js';
import { WorkloadMetrics } from './workload-metrics.js';

/** State of the connection to Telegram. */
export interface TelegramState {
  readonly reachable: boolean;
  readonly tokenRejected: boolean;
}

/** Counts of a pool of database connections. */
export interface PoolCounts {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

let ofNode: Registry | undefined;

/** Metrics of Node, once a process: what measures them is never let go. */
function nodeMetrics(): Registry {
  if (!ofNode) {
    ofNode = new Registry();
    collectDefaultMetrics({ register: ofNode });
  }
  return ofNode;
}

/** All metrics of a process. Nothing else knows prom-client. Names and labels: docs/adr/0009. */
export class Metrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly engine: EngineMetrics;
  readonly bot: BotMetrics;
  private readonly registry = new Registry();
  private readonly all = [nodeMetrics(), this.registry];
  private readonly refreshers: (() => Promise<void>)[] = [];

  constructor(messagesPerSecond: number) {
    this.engine = new EngineMetrics(this.registry);
    this.bot = new BotMetrics(this.registry);
    this.gauge(
      'pollcast_rate_limit_messages_per_second',
      'MESSAGES_PER_SECOND, for the whole installation.',
      () => messagesPerSecond,
    );
  }

  /** Renders the metrics as Prometheus text. */
  async render(): Promise<string> {
    await Promise.all(this.refreshers.map((refresh) => refresh()));
    return Registry.merge(this.all).metrics();
  }

  operations(rootFields: readonly string[]): OperationMetrics {
    return new OperationMetrics(this.registry, rootFields);
  }

  /** @param read called for every scrape; throws when the state of the work cannot be read */
  watchWorkload(read: () => Promise<Workload>): void {
    const workload = new WorkloadMetrics(this.registry);
    this.refreshers.push(async () => {
      workload.set(await read().catch(() => undefined));
    });
  }

  /** @param ask called for every scrape; never throws */
  watchTelegram(ask: () => Promise<TelegramState>): void {
    let state: TelegramState = { reachable: true, tokenRejected: false };
    this.refreshers.push(async () => {
      state = await ask();
    });
    this.gauge('pollcast_telegram_up', 'Whether Telegram, or the sandbox, answers.', () =>
      Number(state.reachable),
    );
    this.gauge('pollcast_bot_token_rejected', 'Whether Telegram refuses the bot token.', () =>
      Number(state.tokenRejected),
    );
  }

  watchBot(bot: { isFailing: () => boolean }): void {
    this.gauge(
      'pollcast_bot_updates_failing',
      'Whether this process should read the updates of the bot, and fails.',
      () => Number(bot.isFailing()),
    );
  }

  watchClients(clients: { sockets: () => number; subscribers: () => number }): void {
    this.gauge('pollcast_websockets', 'Open WebSockets.', clients.sockets);
    this.gauge(
      'pollcast_subscribers',
      'Subscriptions to the progress of a campaign, or to a list of campaigns.',
      clients.subscribers,
    );
  }

  watchPools(pools: Readonly<Record<string, PoolCounts>>): void {
    const connections = new Gauge({
      name: 'pollcast_database_connections',
      help: 'Connections to PostgreSQL by pool, in use or idle.',
      labelNames: ['pool', 'state'],
      registers: [this.registry],
      collect: () => {
        for (const [pool, { totalCount, idleCount }] of Object.entries(pools)) {
          connections.set({ pool, state: 'used' }, totalCount - idleCount);
          connections.set({ pool, state: 'idle' }, idleCount);
        }
      },
    });
    const waiting = new Gauge({
      name: 'pollcast_database_waiting',
      help: 'Statements that wait for a connection, by pool.',
      labelNames: ['pool'],
      registers: [this.registry],
      collect: () => {
        for (const [pool, { waitingCount }] of Object.entries(pools)) waiting.set({ pool }, waitingCount);
      },
    });
  }

  private gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(value());
      },
    });
  }
}
