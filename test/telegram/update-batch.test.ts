import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { BotUpdate } from '../../src/telegram/bot-update.js';
import { UpdateBatch } from '../../src/telegram/update-batch.js';
import { waitFor } from '../support/wait.js';

const logger = pino({ enabled: false });
const forever = new AbortController().signal;
const isThere = () => Promise.resolve();

let ids = 0;
function says(chat: number, text = ''): BotUpdate {
  ids += 1;
  return { update_id: ids, message: { chat: { id: chat, type: 'private' }, text } };
}

function textOf({ message }: BotUpdate): string {
  return message?.text ?? '';
}

describe('the updates of a batch', () => {
  test('are handled in order within a chat, and side by side in at most 16 chats', async () => {
    const updates = Array.from({ length: 60 }, (_, index) => says(index % 20, String(index)));
    const handled: BotUpdate[] = [];
    const open = new Set<number>();
    let most = 0;
    const gate = new AbortController();
    const isReleased = once(gate.signal, 'abort');
    const batch = new UpdateBatch({
      handle: async (update) => {
        const chat = update.message?.chat.id ?? 0;
        expect(open.has(chat)).toBe(false);
        open.add(chat);
        most = Math.max(most, open.size);
        await isReleased;
        await turn();
        open.delete(chat);
        handled.push(update);
      },
      logger,
    });
    const result = batch.handle(updates, isThere, forever);
    await waitFor('16 chats', () => open.size === 16);
    await turn();
    expect(open.size).toBe(16);
    gate.abort();
    expect(await result).toBe(true);
    expect(most).toBe(16);
    for (let chat = 0; chat < 20; chat += 1) {
      const texts = handled.filter(({ message }) => message?.chat.id === chat).map(textOf);
      expect(texts).toEqual([chat, chat + 20, chat + 40].map(String));
    }
  });

  test('do not wait for one that fails, and are not confirmed before it', async () => {
    const order: string[] = [];
    let failures = 1;
    const batch = new UpdateBatch({
      handle: (update) => {
        order.push(textOf(update));
        return textOf(update) === 'fails' && failures-- > 0
          ? Promise.reject(new Error('No.'))
          : Promise.resolve();
      },
      logger,
    });
    const updates = [says(1, 'fails'), says(1, 'after it'), says(2, 'other'), says(2, 'and on')];
    let isConfirmed = false;
    const result = batch.handle(updates, isThere, forever).then((all) => (isConfirmed = all));
    await waitFor('the other chat', () => order.includes('and on'));
    expect(isConfirmed).toBe(false);
    expect(order).not.toContain('after it');
    expect(await result).toBe(true);
    expect(order.slice(-2)).toEqual(['fails', 'after it']);
  });

  test('come again while the database is away, and what was handled is not handled again', async () => {
    const order: string[] = [];
    let isAway = true;
    const batch = new UpdateBatch({
      handle: (update) => {
        order.push(textOf(update));
        return isAway && textOf(update) !== 'before' ? Promise.reject(new Error('Away.')) : Promise.resolve();
      },
      logger,
    });
    const updates = [says(1, 'before'), says(1, 'stop'), says(1, 'start')];
    const away = () => Promise.reject(new Error('The database is away.'));
    await expect(batch.handle(updates, away, forever)).rejects.toThrow('The database is away.');
    expect(order).toEqual(['before', 'stop']);
    isAway = false;
    expect(await batch.handle(updates, isThere, forever)).toBe(true);
    expect(order.slice(2)).toEqual(['stop', 'start']);
  });

  test('of other chats are not begun any more once the database is known to be away', async () => {
    const handled: string[] = [];
    const goesOn = new AbortController();
    const isReleased = once(goesOn.signal, 'abort');
    const batch = new UpdateBatch({
      handle: async (update) => {
        if (textOf(update) === 'fails') throw new Error('Away.');
        await isReleased;
        // By then the failure is known.
        await turn();
        handled.push(textOf(update));
      },
      logger,
    });
    const away = () => {
      goesOn.abort();
      return Promise.reject(new Error('The database is away.'));
    };
    const updates = [says(1, 'fails'), says(2, 'under way'), says(2, 'next')];
    await expect(batch.handle(updates, away, forever)).rejects.toThrow('The database is away.');
    expect(handled).toEqual(['under way']);
  });

  test('are left for the next reader when the process ends', async () => {
    const end = new AbortController();
    const batch = new UpdateBatch({
      handle: () => {
        end.abort();
        return Promise.reject(new Error('Ending.'));
      },
      logger,
    });
    expect(await batch.handle([says(1), says(2)], isThere, end.signal)).toBe(false);
  });
});
