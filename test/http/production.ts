import { beforeAll } from '@jest/globals';
import { useApp } from '../support/use-app.js';

export const DASHBOARD = 'https://dashboard.example';

/** One that serves the API twice: as in development, which is asked by default, and as in production. */
export const app = useApp({
  run: ['api'],
  environment: { CORS_ORIGINS: `${DASHBOARD},https://other.example` },
});

/** The address of the API as in production. */
export let production: string;
beforeAll(async () => {
  production = await app.startBeside({ NODE_ENV: 'production' });
});
