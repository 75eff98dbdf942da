import { expect } from '@jest/globals';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  startCampaign,
  type CampaignInput,
} from './factories.js';
import { expectEventsToAddUp, watchCampaign, type ProgressEvent, type Watch } from './progress.js';
import { waitFor } from './wait.js';
import type { TestApp } from './app.js';
import { expectLedgerMatches } from './record.js';
import { LedgerReader } from './ledger-reader.js';

export interface CampaignRunOptions {
  audience: number;
  input?: Partial<CampaignInput>;
  /** Addresses of the API processes to subscribe at; the one of the app by default. */
  urls?: string[];
}

/** A campaign that is watched from its start to its end: through the API, and in the database. */
export class CampaignRun {
  private constructor(
    private readonly app: TestApp,
    readonly id: string,
    readonly users: string[],
    private readonly reader: LedgerReader,
    private readonly watches: Watch[],
  ) {}

  static async start(app: TestApp, options: CampaignRunOptions): Promise<CampaignRun> {
    const { audience, input = {}, urls = [app.url] } = options;
    const api = app.client();
    const users = await createUsers(app.database, audience);
    const id = await createCampaign(api, await createOpenPoll(api), input);
    const reader = new LedgerReader(app.database.url, id);
    const watches = urls.map((url) => watchCampaign(app.client(undefined, url), id));
    // A test that fails before the end waits for none of them.
    for (const { completed } of watches) completed.catch(() => undefined);
    const { userErrors } = await startCampaign(api, id);
    expect(userErrors).toEqual([]);
    return new CampaignRun(app, id, users, reader, watches);
  }

  /** Resolves when that many messages have been accepted; fails when nothing at all happens for long. */
  async accepted(count: number): Promise<void> {
    const { messages } = this.app.sandbox;
    while (messages.length < count) {
      const before = messages.length;
      await waitFor('another accepted message', () => messages.length > before);
    }
  }

  /** The share of the audience that is no longer pending reaches this. */
  async settled(count: number): Promise<void> {
    await waitFor(`${count} settled deliveries`, async () => {
      const rows = await this.app.database
        .query<{ settled: number }>(
          'SELECT total_users - pending_users AS settled FROM notification_campaign WHERE id = $1',
          [this.id],
        )
        .catch(() => []);
      return (rows[0]?.settled ?? 0) >= count;
    });
  }

  /** Whether the database says that the campaign runs no more. */
  async isOver(): Promise<boolean> {
    const [row] = await this.app.database.query<{ status: string }>(
      'SELECT status FROM notification_campaign WHERE id = $1',
      [this.id],
    );
    return row?.status !== 'PROCESSING';
  }

  /** Waits for the final event of every subscription. @returns the last event of the first */
  async end(...statuses: string[]): Promise<ProgressEvent> {
    const ends = this.watches.map(({ completed }) => completed);
    let areOver = false;
    void Promise.allSettled(ends).then(() => (areOver = true));
    await waitFor('the final event of every subscription', () => areOver);
    await Promise.all(ends);
    const last = this.watches.flatMap(({ events }) => events.slice(-1));
    const expected = statuses.length > 0 ? statuses : ['COMPLETED'];
    for (const { status } of last) expect(expected).toContain(status);
    const [first] = last;
    if (!first || last.length < this.watches.length)
      throw new Error('A subscription ended without any event.');
    return first;
  }

  /**
   * What must hold after every run, whatever went wrong meanwhile.
   * @param others chats that the bot has written to for another reason
   */
  async verify(others: readonly number[] = []): Promise<void> {
    await this.reader.stop();
    expect(this.reader.wrong).toEqual([]);
    expect(this.reader.views).toBeGreaterThan(1);
    for (const { events } of this.watches) expectEventsToAddUp(events);
    await expectLedgerMatches(this.app, this.id, others);
  }

  /** Ends what may still run after a failure. */
  async abandon(): Promise<void> {
    await this.reader.stop();
  }
}
