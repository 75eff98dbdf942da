import type { WebhookDoor } from '../telegram/webhook-door.js';
import type { BotGuard } from '../installation/bot-guard.js';
import type { JobScheduler } from '../jobs/job-scheduler.js';
import type { JobQueue } from '../engine/ports.js';
import type { ConnectedDatabase } from './database.js';
import type { EngineDeps } from './engine.js';
import type { Ops } from './ops.js';
import type { ConnectedTelegram } from './telegram.js';

/** Dependencies that every process has, whatever its roles. */
export interface ProcessDeps extends Omit<EngineDeps, 'queue'> {
  database: ConnectedDatabase;
  telegram: ConnectedTelegram;
  metrics: Ops['metrics'];
  ops: Ops;
  guard: BotGuard;
  /** Where Telegram delivers, with WEBHOOK_URL in a process that runs the bot. */
  webhook: WebhookDoor | undefined;
}

/** Dependencies of a process that makes or works jobs. */
export interface JobProcessDeps extends ProcessDeps {
  scheduler: JobScheduler;
  queue: JobQueue;
}
