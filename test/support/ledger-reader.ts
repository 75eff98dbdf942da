import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const PAUSE_MS = 40;

/** Counters and deliveries of one campaign as one statement, and so one instant, sees them. */
export interface LedgerView {
  status: string;
  total: number;
  counted: Counts;
  listed: Counts;
}

export interface Counts {
  pending: number;
  sent: number;
  failed: number;
  skipped: number;
  unconfirmed: number;
}

const VIEW = `
  SELECT campaign.status, total_users AS total,
    json_build_object('pending', pending_users, 'sent', sent_users, 'failed', failed_users,
      'skipped', skipped_users, 'unconfirmed', unconfirmed_users) AS counted,
    (SELECT json_build_object(
        'pending', count(*) FILTER (WHERE delivery.status IN ('PENDING', 'SENDING')),
        'sent', count(*) FILTER (WHERE delivery.status = 'SENT'),
        'failed', count(*) FILTER (WHERE delivery.status = 'FAILED'),
        'skipped', count(*) FILTER (WHERE delivery.status = 'SKIPPED'),
        'unconfirmed', count(*) FILTER (WHERE delivery.status = 'UNCONFIRMED'))
      FROM delivery WHERE campaign_id = campaign.id) AS listed
  FROM notification_campaign campaign WHERE id = $1
`;

export function sumOf({ pending, sent, failed, skipped, unconfirmed }: Counts): number {
  return pending + sent + failed + skipped + unconfirmed;
}

function addsUp({ total, counted, listed }: LedgerView): boolean {
  return total === sumOf(counted) && JSON.stringify(counted) === JSON.stringify(listed);
}

/** Reads the ledger of a campaign again and again, and keeps every view in which it does not add up. */
export class LedgerReader {
  readonly wrong: LedgerView[] = [];
  views = 0;
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly url: string,
    private readonly campaignId: string,
  ) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const client = new Client({ connectionString: this.url, application_name: 'test reader' });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await this.read(client);
      } catch {
        // The server may be down: that is one of the faults.
        await sleep(PAUSE_MS);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  private async read(client: Client): Promise<void> {
    while (!this.stopped) {
      const { rows } = await client.query<LedgerView>(VIEW, [this.campaignId]);
      this.views += 1;
      this.wrong.push(...rows.filter((view) => !addsUp(view)));
      await sleep(PAUSE_MS);
    }
  }
}
