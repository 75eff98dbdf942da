import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import { ApiClient } from './api-client.js';
import { wrongSetting } from './failure.js';

/** Addresses on which a server listens for everybody, but at which nobody finds it. */
const EVERYWHERE = ['0.0.0.0', '::'];

function chooseUrl({ apiUrl, host, port }: Settings): string {
  // As "npm start" prints it.
  if (apiUrl !== undefined) return apiUrl.replace(/\/graphql$/, '');
  const reachable = EVERYWHERE.includes(host) ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function chooseToken({ apiToken, adminToken, viewerToken, dataDir }: Settings): string {
  const configured = apiToken ?? adminToken ?? viewerToken;
  if (configured !== undefined) return configured;
  const generated = join(dataDir, 'admin-token');
  if (existsSync(generated)) return readFileSync(generated, 'utf8').trim();
  throw wrongSetting(
    'API_TOKEN is missing: "npm run token -- create" makes a token for the API. Without it the generated one of "npm start" is used.',
  );
}

/**
 * The public API, as any other client speaks to it: at API_URL with API_TOKEN, or on this machine with the token of its
 * settings.
 */
export function connectApi(settings: Settings): ApiClient {
  return new ApiClient(chooseUrl(settings), chooseToken(settings));
}
