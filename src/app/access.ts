import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { ApiTokenStore } from '../access/api-token.store.js';
import { Authenticator, type ConfiguredTokens } from '../access/authenticator.js';
import { TokenWatch } from '../access/token-watch.js';

/** Who may come in. */
export interface Access {
  authenticator: Authenticator;
  tokenWatch: TokenWatch;
}

export function createAccess(configured: ConfiguredTokens, dataSource: DataSource, logger: Logger): Access {
  const tokens = new ApiTokenStore(dataSource);
  return {
    authenticator: new Authenticator(configured, tokens),
    tokenWatch: new TokenWatch((ids) => tokens.validAmong(ids), logger),
  };
}
