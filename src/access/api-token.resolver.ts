import { Arg, Authorized, Mutation, Query, Resolver } from 'type-graphql';
import { IdArg } from '../graphql-types/ids.js';
import { Refuses } from '../graphql-types/refusals.js';
import { UserErrorCode } from '../kernel/user-error.js';
import { ApiToken } from './api-token.entity.js';
import type { ApiTokenService } from './api-token.service.js';
import type { TokenRecord } from './token-record.js';
import { ApiTokenPayload, CreateApiTokenPayload } from './api-token.types.js';
import { Audited } from './audited.js';
import { describeToken } from './describe-token.js';
import { Role } from './identity.js';

@Resolver()
export class ApiTokenResolver {
  constructor(private readonly tokens: ApiTokenService) {}

  @Authorized(Role.ADMIN)
  @Query(() => [ApiToken], {
    description:
      'Every token that was created, oldest first, also those that are no longer valid. For the role ADMIN. ' +
      'ADMIN_TOKEN and VIEWER_TOKEN are settings, and not listed.',
  })
  apiTokens(): Promise<TokenRecord[]> {
    return this.tokens.list();
  }

  @Authorized(Role.ADMIN)
  @Audited<{ name: string; role: Role }>({
    detail: ({ name, role }) => describeToken(name, role) ?? undefined,
  })
  @Refuses(UserErrorCode.INVALID, UserErrorCode.TAKEN)
  @Mutation(() => CreateApiTokenPayload, {
    description: 'Creates a token for the API. It is shown in this answer only. For the role ADMIN.',
  })
  async createApiToken(
    @Arg('name', () => String, {
      description:
        'A letter and up to 63 more letters, digits, dots, hyphens and underscores; never used before.',
    })
    name: string,
    @Arg('role', () => Role, { description: 'What the token may do.' }) role: Role,
    @Arg('expiresAt', () => Date, {
      nullable: true,
      description: 'When it expires; left out for a token that is valid until it is revoked.',
    })
    expiresAt: Date | null,
  ): Promise<CreateApiTokenPayload> {
    const created = await this.tokens.create({ name, role, expiresAt });
    if (!created.ok) return { apiToken: null, token: null, userErrors: created.errors };
    const { record, token } = created.value;
    return { apiToken: record, token, userErrors: [] };
  }

  @Authorized(Role.ADMIN)
  @Audited<{ id: string }>({ detail: ({ id }) => describeToken(id) ?? undefined })
  @Refuses(UserErrorCode.NOT_FOUND, UserErrorCode.INVALID_STATE)
  @Mutation(() => ApiTokenPayload, {
    description:
      'Revokes a token: it is refused from now on, and its subscriptions end within 5 s. For the role ADMIN.',
  })
  async revokeApiToken(
    @IdArg('id', 'token', { description: 'Id of the token.' }) id: string,
  ): Promise<ApiTokenPayload> {
    const revoked = await this.tokens.revoke(id);
    if (revoked.ok) return { apiToken: revoked.value, userErrors: [] };
    return { apiToken: (await this.tokens.find(id)) ?? null, userErrors: revoked.errors };
  }
}
