import { graphql, type ResultOf } from '../graphql.js';
import { PAGE_INFO, REFUSAL } from '../parts/fragments.js';

export const INSTALLATION = graphql(`
  query DashboardInstallation {
    installation {
      version
      sandbox
      messagesPerSecond
      bot {
        telegramId
        username
      }
      standstill {
        code
        until
      }
      defaultPacing {
        chunkSize
        chunkIntervalMs
        sendIntervalMs
      }
      workers {
        name
        seenAt
        runningChunks
        problem
      }
    }
  }
`);

export const TOKEN = graphql(`
  fragment TokenRow on ApiToken {
    id
    name
    role
    createdAt
    expiresAt
    lastUsedAt
    revokedAt
  }
`);

export type TokenRow = ResultOf<typeof TOKEN>;

export const TOKENS = graphql(
  `
    query DashboardTokens {
      apiTokens {
        ...TokenRow
      }
    }
  `,
  [TOKEN],
);

export const CREATE_TOKEN = graphql(
  `
    mutation DashboardCreateToken($name: String!, $role: Role!, $expiresAt: DateTime) {
      createApiToken(name: $name, role: $role, expiresAt: $expiresAt) {
        token
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const REVOKE_TOKEN = graphql(
  `
    mutation DashboardRevokeToken($id: ID!) {
      revokeApiToken(id: $id) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const AUDIT = graphql(
  `
    query DashboardAudit($filter: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {
      auditLog(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        pageInfo {
          ...PageEnds
        }
        nodes {
          id
          at
          action
          actor
          role
          outcome
          code
          detail
          repeats
          campaignId
          pollId
        }
      }
    }
  `,
  [PAGE_INFO],
);
