import { CommandMenus } from './command-menus.js';
import { Conditions } from './conditions.js';
import { FaultRules } from './faults.js';
import { SendLimits } from './limits.js';
import type { ResolvedOptions } from './options.js';
import { SandboxRecord } from './record.js';
import type { ApiUser } from './types.js';
import { UpdateQueue } from './updates.js';
import { SandboxUsers } from './users.js';
import { WebhookSender } from './webhook.js';

/** The state of one sandbox, which the Bot API's methods and the control routes share. */
export class SandboxCore {
  readonly bot: ApiUser;
  readonly conditions = new Conditions();
  readonly record: SandboxRecord;
  readonly updates = new UpdateQueue();
  readonly webhook = new WebhookSender(this.updates);
  readonly menus = new CommandMenus();
  readonly limits: SendLimits;
  readonly faults: FaultRules;
  readonly users: SandboxUsers;

  constructor(readonly options: ResolvedOptions) {
    const id = Number(options.token.split(':', 1)[0]);
    this.bot = { id, is_bot: true, first_name: 'Sandbox', username: options.botUsername };
    this.record = new SandboxRecord(this.conditions, options.keepRecords);
    this.limits = new SendLimits(options);
    this.faults = new FaultRules(options.seed, () => {
      this.limits.endForcedWait();
    });
    this.users = new SandboxUsers(this.bot, this.record, this.updates, options.findUser);
  }

  close(): void {
    this.webhook.close();
    this.updates.close();
    this.users.queries.close();
    this.conditions.close();
  }
}
