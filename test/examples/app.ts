import { beforeAll } from '@jest/globals';
import { freePort } from '../support/port.js';
import { useApp } from '../support/use-app.js';

/** Where the page of examples/browser is served, once the tests run. */
export const site = { port: '', origin: '' };
const environment = { CORS_ORIGINS: '' };

// Before the app starts, which is to know the address.
beforeAll(async () => {
  site.port = String(await freePort());
  site.origin = `http://127.0.0.1:${site.port}`;
  environment.CORS_ORIGINS = site.origin;
});

/** One for all cases of a suite. */
export const app = useApp({ environment });
