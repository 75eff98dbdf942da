import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { CircuitBreaker } from '../../src/engine/circuit-breaker.js';
import type { SendOutcome } from '../../src/engine/ports.js';
import { MAX_REFUSALS, PostgresOutage, type Refusal } from '../../src/engine/outage.store.js';
import { waitFor } from '../support/wait.js';
import { useEngineDatabase } from './engine-database.js';

const database = useEngineDatabase();
const BOT = '1';
const REFUSED: SendOutcome = { kind: 'outage', reason: 'TELEGRAM_UNAVAILABLE', isDelivered: 'no' };
const LOST: SendOutcome = { kind: 'ambiguous', reason: 'ANSWER_LOST' };
const SENT: SendOutcome = { kind: 'sent', messageId: '1' };

/** A process, and whether it reaches Telegram. */
class Process {
  reaches = true;
  probes = 0;
  readonly breaker = new CircuitBreaker({
    store: new PostgresOutage(database.sql, BOT),
    sender: {
      probe: () => {
        this.probes += 1;
        return Promise.resolve(this.reaches);
      },
    },
    logger: pino({ level: 'silent' }),
  });
}

let processes: Process[];
function start(): Process {
  const started = new Process();
  processes.push(started);
  return started;
}

/** As NOTIFY does. */
async function announce(): Promise<void> {
  await Promise.all(processes.map(({ breaker }) => breaker.refresh()));
}

function trialOf({ breaker }: Process): Promise<boolean> {
  return waitFor('the trial', () => breaker.takeTrial());
}

/** The only recipient still pending, in a campaign that has reached somebody. */
async function createLastRecipient(): Promise<Refusal> {
  const [campaign] = await database.query<{ campaignId: string; userId: string }>(`
    WITH poll AS (
      INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN') RETURNING id
    ), campaign AS (
      INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
        status, total_users, pending_users, sent_users)
      SELECT id, 'Hello', 10, 0, 0, 'PROCESSING', 2, 1, 1 FROM poll RETURNING id
    ), chunk AS (
      INSERT INTO campaign_chunk (campaign_id, number) SELECT id, 0 FROM campaign RETURNING campaign_id
    ), person AS (
      INSERT INTO telegram_user (id) VALUES (4200001) RETURNING id
    )
    INSERT INTO delivery (campaign_id, user_id, chunk_number, status)
    SELECT campaign_id, person.id, 0, 'SENDING' FROM chunk, person
    RETURNING campaign_id AS "campaignId", user_id AS "userId"`);
  if (!campaign) throw new Error('There is no delivery.');
  return campaign;
}

beforeEach(async () => {
  processes = [];
  await database.query('DELETE FROM telegram_outage');
});
afterEach(() => {
  for (const { breaker } of processes) breaker.stop();
});

describe('the circuit breaker', () => {
  test('is opened by one failure for all processes, and closed by one answer to a trial', async () => {
    const [first, second] = [start(), start()];
    await first.breaker.observe(REFUSED);
    await announce();
    expect([first, second].map(({ breaker }) => breaker.isOpen())).toEqual([true, true]);
    await trialOf(second);
    expect(await first.breaker.takeTrial()).toBe(false);
    await second.breaker.observe(SENT, true);
    await announce();
    await waitFor('the end', () => !first.breaker.isOpen());
    expect(second.breaker.isOpen()).toBe(false);
  });

  test('is opened by the second lost answer in a row', async () => {
    const { breaker } = start();
    await breaker.observe(LOST);
    await breaker.observe(SENT);
    await breaker.observe(LOST);
    expect(breaker.isOpen()).toBe(false);
    await breaker.observe({ kind: 'ambiguous', reason: 'SENDER_FAILED' });
    expect(breaker.isOpen()).toBe(false);
    await breaker.observe(LOST);
    expect(breaker.isOpen()).toBe(true);
  });

  test('stays open while trials fail, and gives the next to a process that reaches Telegram', async () => {
    const [first, second] = [start(), start()];
    await first.breaker.observe(LOST);
    await first.breaker.observe(LOST);
    await announce();
    await trialOf(first);
    await first.breaker.observe(LOST, true);
    expect(first.breaker.isOpen()).toBe(true);
    await trialOf(second);
    await second.breaker.observe({ kind: 'notSent' }, true);
    expect(second.breaker.isOpen()).toBe(true);
    await trialOf(second);
  });

  test('keeps a process out that alone does not reach Telegram, which does not stop the others again', async () => {
    const [lost, sound] = [start(), start()];
    lost.reaches = false;
    await lost.breaker.observe({ kind: 'outage', reason: 'TELEGRAM_UNREACHABLE', isDelivered: 'no' });
    await announce();
    await waitFor('its chunks to be given back', () => lost.breaker.unreachable.aborted);
    expect(await lost.breaker.takeTrial()).toBe(false);
    await trialOf(sound);
    await sound.breaker.observe(SENT, true);
    const probes = lost.probes;
    await announce();
    await waitFor('another probe', () => lost.probes > probes);
    await lost.breaker.observe(REFUSED);
    await announce();
    expect(sound.breaker.isOpen()).toBe(false);
    expect(lost.breaker.isOpen()).toBe(true);
    lost.reaches = true;
    await waitFor('its return', () => !lost.breaker.isOpen());
    expect(lost.breaker.unreachable.aborted).toBe(false);
  });

  test('believes the refusals of the last one left, whatever others drew before', async () => {
    const { breaker } = start();
    const last = await createLastRecipient();
    // Of a connection that was lost, which says nothing about a recipient.
    await breaker.observe({ kind: 'outage', reason: 'TELEGRAM_UNREACHABLE', isDelivered: 'no' });
    const outcomes: SendOutcome[] = [];
    for (let trial = 0; trial < MAX_REFUSALS; trial += 1) {
      await waitFor('the trial', () => breaker.takeTrial());
      outcomes.push(await breaker.observe(REFUSED, true, last));
    }
    expect(outcomes.map(({ kind }) => kind)).toEqual([...Array<string>(4).fill('outage'), 'recipientFailed']);
    expect(breaker.isOpen()).toBe(false);
  });

  test('is taken over from the dead, however long it has lasted', async () => {
    const first = start();
    await first.breaker.observe(REFUSED);
    await trialOf(first);
    first.breaker.stop();
    await database.query(
      `UPDATE telegram_outage SET since = since - interval '1 hour', checked_at = checked_at - interval '1 hour',
         prober_until = clock_timestamp()`,
    );
    const second = start();
    await second.breaker.refresh();
    expect(second.breaker.isOpen()).toBe(true);
    await trialOf(second);
    await second.breaker.observe(SENT, true);
    expect(second.breaker.isOpen()).toBe(false);
    expect(await database.query('SELECT FROM telegram_outage')).toEqual([]);
  });
});
