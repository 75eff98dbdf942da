import { once } from 'node:events';
import type { Socket } from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { VIEWER_TOKEN } from '../support/app.js';
import { codeOf, TRANSPORTS } from '../support/requests.js';
import { waitFor } from '../support/wait.js';
import { ask, askWithoutReading, createLongCampaigns, templates } from './support/unread.js';
import { emptyDatabase } from '../support/empty.js';
import { app } from './app.js';

const OTHER_ADDRESS = '127.0.0.2';

describe('what nobody reads', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    await createLongCampaigns(app);
  });

  test.each(TRANSPORTS)('a result of more than 2 MiB is not given over %s', async (_name, send) => {
    const fits = await send(app.url, { query: templates(5) }, VIEWER_TOKEN);
    expect([codeOf(fits), JSON.stringify(fits.data).length]).toEqual([undefined, expect.any(Number)]);
    const refused = await send(app.url, { query: templates(6) }, VIEWER_TOKEN);
    expect(refused).toMatchObject({
      errors: [
        {
          message: expect.stringMatching(/^The result has \d+ bytes/),
          extensions: { code: 'RESULT_TOO_LARGE' },
        },
      ],
    });
    expect(refused.data).toBeUndefined();
  });

  test('an address that reads nothing gets no more large answers, and is in the way of nobody else', async () => {
    const unread: Socket[] = [];
    const refused = await waitFor('the limit', async () => {
      unread.push(askWithoutReading(app, templates(5)));
      const [status, code] = await ask(app, templates(5));
      return status !== 200 && [status, code];
    });
    expect(refused).toEqual([429, 'TOO_MUCH_UNREAD']);
    expect(unread.length).toBeLessThan(60);
    expect(await ask(app, '{ polls { totalCount } }')).toEqual([200, undefined]);
    expect(await ask(app, templates(5), OTHER_ADDRESS)).toEqual([200, undefined]);

    for (const socket of unread) socket.destroy();
    await waitFor('what was held to be let go', async () => (await ask(app, templates(5)))[0] === 200);
  });

  test('an answer whose client has left meanwhile is not held for ever', async () => {
    for (let index = 0; index < 12; index += 1) {
      const gone = askWithoutReading(app, templates(5));
      await once(gone, 'connect');
      // Its requests are on their way, and carried out all the same.
      gone.destroySoon();
    }
    await waitFor('an answer', async () => (await ask(app, templates(5)))[0] === 200);
  });

  test('all addresses together get no more large answers than the process can hold', async () => {
    const unread: Socket[] = [];
    const refused = await waitFor('the limit', async () => {
      // Each address stays below its own limit, since what is over it is not held.
      for (let last = 10; last < 20; last += 1)
        unread.push(askWithoutReading(app, templates(5), `127.0.0.${last}`));
      const [status, code] = await ask(app, templates(5), OTHER_ADDRESS);
      return status !== 200 && [status, code];
    });
    expect(refused).toEqual([503, 'TOO_MUCH_UNREAD']);
    expect(await ask(app, '{ polls { totalCount } }', OTHER_ADDRESS)).toEqual([200, undefined]);
    for (const socket of unread) socket.destroy();
    await waitFor('what was held to be let go', async () => (await ask(app, templates(5)))[0] === 200);
  });
});
