import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { CircuitBreaker } from '../../src/engine/circuit-breaker.js';
import type { SendOutcome } from '../../src/engine/ports.js';
import { PostgresOutage } from '../../src/engine/outage.store.js';
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

  test('stays open while trials fail, and hands the next to whoever reaches Telegram', async () => {
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
