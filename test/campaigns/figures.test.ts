import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NotificationCampaign } from '../../src/campaigns/campaign.entity.js';
import { estimateDurationMs, progressPercentage } from '../../src/campaigns/estimate.js';
import { CampaignStatus } from '../../src/campaigns/lifecycle.js';
import { LatestValueStream } from '../../src/campaigns/latest-value-stream.js';
import { estimateFinish } from '../../src/campaigns/progress.js';
import { SendRate } from '../../src/campaigns/send-rate.js';
import { isPersonal, renderTemplate } from '../../src/campaigns/template.js';

const VALUES = { firstName: '', pollTitle: '', closesAt: { text: '', at: null }, questionsLeft: 1 };

describe('templates', () => {
  test('names are filled in and escaped', () => {
    const text = renderTemplate('<b>{{ firstName }}</b>: {{pollTitle}}', {
      ...VALUES,
      firstName: 'A<&"\'',
      pollTitle: 'B',
    });
    expect(text).toBe('<b>\u2068A&lt;&amp;&quot;&#39;\u2069</b>: \u2068B\u2069');
  });

  test('a name can never add markup', () => {
    fc.assert(
      fc.property(fc.string(), (firstName) => {
        expect(renderTemplate('{{firstName}}', { ...VALUES, firstName })).not.toMatch(/[<>"']/);
      }),
    );
  });

  test('a closing time is one that Telegram shows in the time of the reader, but for attributes', () => {
    const closesAt = { text: 'noon', at: new Date('2026-01-01T00:00:00.900Z') };
    const text = renderTemplate('{{closesAt}} <a href="x?{{closesAt}}">{{questionsLeft}}</a>', {
      ...VALUES,
      closesAt,
    });
    expect(text).toBe(
      '<tg-time unix="1767225600" format="Dt">\u2068noon\u2069</tg-time> <a href="x?noon">\u20681\u2069</a>',
    );
  });

  test('what is filled into the value of an attribute is not isolated: it is no text', () => {
    const template = `<a href="https://example.org/?a=1>&n={{firstName}}">{{pollTitle}}</a>`;
    expect(renderTemplate(template, { ...VALUES, firstName: 'A"', pollTitle: 'B' })).toBe(
      '<a href="https://example.org/?a=1>&n=A&quot;">\u2068B\u2069</a>',
    );
  });

  test('what differs between recipients makes a text personal', () => {
    const texts = ['{{pollTitle}}{{closesAt}}', '{{firstName}}', '{{ questionsLeft }}'];
    expect(texts.map(isPersonal)).toEqual([false, true, true]);
  });
});

describe('estimates', () => {
  const pacing = { chunkSize: 100, chunkIntervalMs: 2000, sendIntervalMs: 1000 };

  test.each([
    [0, 0],
    [1, 0],
    [70, 69_000],
    [100, 99_000],
    [250, 101_000],
  ])('%i recipients at the default pacing take %i ms', (audience, durationMs) => {
    expect(estimateDurationMs(audience, pacing, 28)).toBe(durationMs);
  });

  test('never less than the rate allows, nor than the pauses add up to', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 1000 }),
        (audience, rate) => {
          const durationMs = estimateDurationMs(audience, pacing, rate);
          expect(Number.isInteger(durationMs)).toBe(true);
          expect(durationMs).toBeGreaterThanOrEqual(((audience - 1) / rate) * 1000 - 1);
          expect(durationMs).toBeGreaterThanOrEqual((Math.min(audience, 100) - 1) * 1000);
        },
      ),
    );
  });

  test.each([
    [0, 0, false, 0],
    [0, 0, true, 100],
    [3, 2, false, 33.33],
    [1_000_000, 1, false, 99.99],
    [5, 0, true, 100],
  ])('of %i with %i pending, completed %s, %d percent are done', (total, pending, completed, percentage) => {
    expect(progressPercentage(total, pending, completed)).toBe(percentage);
  });
});

describe('the end of a running campaign', () => {
  const HOUR_MS = 3_600_000;
  const NOW = 16 * HOUR_MS;

  /** Milliseconds from NOW until it ends, of a campaign that was first started 16 hours ago. */
  function leftMs(campaign: Partial<NotificationCampaign>): number | undefined {
    const running = Object.assign(new NotificationCampaign(), {
      status: CampaignStatus.PROCESSING,
      ...{ chunkSize: 100, chunkIntervalMs: 2000, sendIntervalMs: 1000 },
      ...{ startedAt: new Date(0), plannedAt: new Date(0), runningSince: new Date(0), doneBefore: 0 },
      ...campaign,
    });
    const finish = estimateFinish(running, 28, new Date(NOW));
    return finish ? finish.getTime() - NOW : undefined;
  }

  const since = (agoMs: number) => ({ runningSince: new Date(NOW - agoMs) });

  test('is judged by its own rate', () => {
    expect(leftMs({ totalUsers: 100, pendingUsers: 50, ...since(10_000) })).toBe(10_000);
  });

  test('has nothing of a pause in it', () => {
    const resumed = { totalUsers: 1000, doneBefore: 500, ...since(60_000) };
    expect(leftMs({ ...resumed, pendingUsers: 440 })).toBe(440_000);
    expect(leftMs({ ...resumed, pendingUsers: 500, ...since(0) })).toBe(107_000);
  });

  test('goes by the plan until enough of the rest is done, however much was done before', () => {
    const resumed = { totalUsers: 1000, doneBefore: 500 };
    expect(leftMs({ ...resumed, pendingUsers: 491, ...since(HOUR_MS) })).toBeLessThan(HOUR_MS);
    expect(leftMs({ ...resumed, pendingUsers: 490, ...since(HOUR_MS) })).toBe(49 * HOUR_MS);
  });

  test('has nothing of the time before a retry in it', () => {
    const retried = { totalUsers: 1000, doneBefore: 990 };
    expect(leftMs({ ...retried, pendingUsers: 10, ...since(0) })).toBe(9000);
    expect(leftMs({ ...retried, pendingUsers: 4, ...since(6000) })).toBe(4000);
  });

  test.each([
    [
      'has fewer done than before',
      { totalUsers: 10, pendingUsers: 5, doneBefore: 6, ...since(HOUR_MS) },
      4000,
    ],
    ['begins to run later, by another clock', { totalUsers: 10, pendingUsers: 5, ...since(-1000) }, 5000],
    ['began at an unknown time', { totalUsers: 10, pendingUsers: 5, runningSince: null }, 4000],
    ['has nobody left', { totalUsers: 10, pendingUsers: 0, ...since(HOUR_MS) }, 0],
    ['had nobody', { totalUsers: 0, pendingUsers: 0, ...since(HOUR_MS) }, 0],
    ['has no audience yet', { totalUsers: 0, pendingUsers: 0, plannedAt: null }, undefined],
    ['is paused', { totalUsers: 10, pendingUsers: 5, status: CampaignStatus.PAUSED }, undefined],
  ])('of one that %s', (_what, campaign, expected) => {
    expect(leftMs(campaign)).toBe(expected);
  });
});

describe('a mailbox', () => {
  test('keeps only the newest value for a reader who is slow', async () => {
    const mailbox = new LatestValueStream<number>(() => undefined);
    mailbox.put(1);
    mailbox.put(2);
    expect(await mailbox.next()).toEqual({ done: false, value: 2 });
  });

  test('gives the last value before it ends', async () => {
    let left = false;
    const mailbox = new LatestValueStream<number>(() => (left = true));
    mailbox.put(1);
    mailbox.finish();
    const values = [];
    for await (const value of mailbox) values.push(value);
    expect({ values, left }).toEqual({ values: [1], left: true });
  });

  test('can be left while it waits', async () => {
    const mailbox = new LatestValueStream<number>(() => undefined);
    const waiting = mailbox.next();
    await mailbox.return();
    expect((await waiting).done).toBe(true);
  });
});

test('the send rate looks at the last ten seconds', () => {
  const rate = new SendRate();
  expect([rate.observe(0, 0), rate.observe(100, 5000), rate.observe(100, 16_000)]).toEqual([0, 20, 0]);
});
