import { graphql, type ResultOf } from '../graphql.js';
import { REFUSAL } from '../parts/fragments.js';

export const CAMPAIGN_ROW = graphql(`
  fragment CampaignRow on NotificationCampaign {
    id
    name
    status
    topic {
      id
      title
    }
    totalUsers
    pendingUsers
    sentUsers
    failedUsers
    skippedUsers
    unconfirmedUsers
    progressPercentage
    messagesPerSecond
    estimatedFinishAt
    scheduledFor
    createdAt
    updatedAt
    standstill {
      code
      until
    }
    failure {
      code
    }
  }
`);

export type CampaignRow = ResultOf<typeof CAMPAIGN_ROW>;

export const CHANGES = graphql(
  `
    subscription DashboardChanges {
      campaignsChanged {
        version
        deletedId
        campaign {
          ...CampaignRow
        }
      }
    }
  `,
  [CAMPAIGN_ROW],
);

export const START = graphql(
  `
    mutation StartCampaign($id: ID!, $besideAnother: Boolean!) {
      startCampaign(id: $id, besideAnother: $besideAnother) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const SEND_TEST = graphql(
  `
    mutation SendTest($id: ID!, $userId: ID!) {
      sendTestNotification(campaignId: $id, telegramUserId: $userId) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);
