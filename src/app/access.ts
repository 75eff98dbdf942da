import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import { ApiTokenService } from '../access/api-token.service.js';
import { ApiTokenStore } from '../access/api-token.store.js';
import { AuditStore } from '../access/audit.store.js';
import { AuditTrail } from '../access/audit-trail.js';
import { Authenticator, type ConfiguredTokens } from '../access/authenticator.js';
import { SignIn } from '../access/sign-in.js';
import { TokenUse } from '../access/token-use.js';
import { TokenWatch } from '../access/token-watch.js';

/** Authentication and the audit log. */
export interface Access {
  authenticator: Authenticator;
  tokenWatch: TokenWatch;
  audit: AuditTrail;
  signIn: SignIn;
  apiTokens: ApiTokenService;
}

export function createAccess(configured: ConfiguredTokens, dataSource: DataSource, logger: Logger): Access {
  const tokens = new ApiTokenStore(dataSource);
  const apiTokens = new ApiTokenService(tokens);
  const use = new TokenUse((id) => tokens.recordUse(id), logger);
  const audit = new AuditTrail(new AuditStore(dataSource), logger);
  return {
    authenticator: new Authenticator(configured, tokens, use),
    tokenWatch: new TokenWatch((ids) => tokens.validAmong(ids), logger),
    audit,
    signIn: new SignIn(apiTokens, audit),
    apiTokens,
  };
}
