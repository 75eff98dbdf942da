import { freePort } from '../support/port.js';
import { useApp } from '../support/use-app.js';

/** Where the page of examples/browser is served. */
export const pagePort = String(await freePort());
export const pageOrigin = `http://127.0.0.1:${pagePort}`;

/** One for all cases of a suite. */
export const app = useApp({ environment: { CORS_ORIGINS: pageOrigin } });
