import { graphql, type ResultOf } from '../graphql.js';
import { PAGE_INFO } from '../parts/fragments.js';

/** What the head of the page says, and each event renews: no lists, which are too costly for events. */
export const CAMPAIGN_STATE = graphql(`
  fragment CampaignState on NotificationCampaign {
    id
    name
    status
    topic {
      id
      title
    }
    sandbox
    totalUsers
    pendingUsers
    sentUsers
    failedUsers
    skippedUsers
    unconfirmedUsers
    openedUsers
    convertedUsers
    progressPercentage
    messagesPerSecond
    estimatedFinishAt
    createdAt
    createdBy
    scheduledFor
    startedAt
    finishedAt
    updatedAt
    standstill {
      code
      message
      until
    }
    failure {
      code
      message
    }
  }
`);

export type CampaignState = ResultOf<typeof CAMPAIGN_STATE>;

export const CAMPAIGN = graphql(
  `
    query CampaignPage($id: ID!) {
      campaign(id: $id) {
        ...CampaignState
      }
      installation {
        messagesPerSecond
      }
    }
  `,
  [CAMPAIGN_STATE],
);

export const PROGRESS = graphql(
  `
    subscription CampaignPageProgress($id: ID!) {
      campaignProgress(campaignId: $id) {
        at
        campaign {
          ...CampaignState
        }
      }
    }
  `,
  [CAMPAIGN_STATE],
);

export const CHANGES = graphql(
  `
    subscription CampaignPageChanges($pollId: ID!) {
      campaignsChanged(filter: { topicId: $pollId }) {
        deletedId
        campaign {
          ...CampaignState
        }
      }
    }
  `,
  [CAMPAIGN_STATE],
);

export const TIMELINE = graphql(`
  query CampaignTimeline($id: ID!, $bucket: TimeBucket!, $timeZone: String!) {
    campaign(id: $id) {
      startedAt
      finishedAt
      updatedAt
      sentUsers
      failedUsers
      skippedUsers
      unconfirmedUsers
      openedUsers
      convertedUsers
      timeline(bucket: $bucket, timeZone: $timeZone) {
        at
        sent
        failed
        skipped
        unconfirmed
        opened
        completed
      }
    }
  }
`);

export const OUTCOMES = graphql(`
  query CampaignOutcomes($id: ID!) {
    campaign(id: $id) {
      outcomes {
        status
        reason
        count
      }
    }
  }
`);

export type Outcome = NonNullable<ResultOf<typeof OUTCOMES>['campaign']>['outcomes'][number];
export type DeliveryStatus = Outcome['status'];
export type DeliveryReason = NonNullable<Outcome['reason']>;

export const CHUNKS = graphql(
  `
    query CampaignChunks(
      $id: ID!
      $state: [ChunkState!]
      $first: Int
      $after: String
      $last: Int
      $before: String
    ) {
      campaign(id: $id) {
        chunks(state: $state, first: $first, after: $after, last: $last, before: $before) {
          totalCount
          pageInfo {
            ...PageEnds
          }
          nodes {
            number
            state
            worker
            dueAt
            leaseExpiresAt
            attempts
            pendingUsers
          }
        }
      }
    }
  `,
  [PAGE_INFO],
);

export type Chunk = NonNullable<ResultOf<typeof CHUNKS>['campaign']>['chunks']['nodes'][number];

export const DELIVERIES = graphql(
  `
    query CampaignDeliveries(
      $id: ID!
      $filter: DeliveryFilter
      $first: Int
      $after: String
      $last: Int
      $before: String
    ) {
      campaign(id: $id) {
        deliveries(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
          pageInfo {
            ...PageEnds
          }
          nodes {
            id
            status
            reason
            detail
            attempts
            sentAt
            updatedAt
            openedAt
            convertedAt
            user {
              id
              telegramId
              firstName
              lastName
              username
            }
          }
        }
      }
    }
  `,
  [PAGE_INFO],
);

export type Delivery = NonNullable<ResultOf<typeof DELIVERIES>['campaign']>['deliveries']['nodes'][number];

/** Tells whether the installation hides people from this token. */
export const ONE_RECIPIENT = graphql(`
  query OneRecipient($id: ID!) {
    campaign(id: $id) {
      deliveries(first: 1) {
        nodes {
          user {
            telegramId
          }
        }
      }
    }
  }
`);

export const HISTORY = graphql(
  `
    query CampaignHistory($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
      auditLog(filter: { campaignId: $id }, first: $first, after: $after, last: $last, before: $before) {
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
        }
      }
    }
  `,
  [PAGE_INFO],
);

export type AuditEntry = ResultOf<typeof HISTORY>['auditLog']['nodes'][number];
