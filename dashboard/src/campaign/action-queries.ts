import { graphql, type ResultOf } from '../graphql.js';
import { REFUSAL } from '../parts/fragments.js';

export const PAUSE = graphql(
  `
    mutation PauseCampaign($id: ID!) {
      pauseCampaign(id: $id) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const RESUME = graphql(
  `
    mutation ResumeCampaign($id: ID!, $besideAnother: Boolean!) {
      resumeCampaign(id: $id, besideAnother: $besideAnother) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const CANCEL = graphql(
  `
    mutation CancelCampaign($id: ID!) {
      cancelCampaign(id: $id) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const DELETE = graphql(
  `
    mutation DeleteCampaign($id: ID!) {
      deleteCampaign(id: $id) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const RETRY = graphql(
  `
    mutation RetryDeliveries(
      $id: ID!
      $statuses: [DeliveryStatus!]!
      $reasons: [DeliveryReason!]
      $besideAnother: Boolean!
    ) {
      retryDeliveries(
        campaignId: $id
        statuses: $statuses
        reasons: $reasons
        besideAnother: $besideAnother
      ) {
        retriedCount
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const TEST_PEOPLE = graphql(`
  query TestPeople($filter: TelegramUserFilter) {
    telegramUsers(filter: $filter, first: 6, orderBy: NAME_ASC) {
      nodes {
        id
        telegramId
        firstName
        lastName
        username
        status
      }
    }
  }
`);

export type Person = ResultOf<typeof TEST_PEOPLE>['telegramUsers']['nodes'][number];

/** What a preview of the campaign needs. */
export const CAMPAIGN_INPUT = graphql(`
  query CampaignInput($id: ID!) {
    campaign(id: $id) {
      topic {
        id
      }
      messageTemplate
      buttonText
      asksFirstQuestion
      translations {
        languageCode
        messageTemplate
        buttonText
      }
      audience {
        groups
        participation
        notRemindedForHours
      }
      pacing {
        chunkSize
        chunkIntervalMs
        sendIntervalMs
      }
    }
  }
`);

export const PREVIEW = graphql(
  `
    query StartPreview($input: CreateCampaignInput!) {
      campaignPreview(input: $input) {
        audienceSize
        estimatedFinishAt
        excluded {
          reason
          count
        }
        warnings {
          code
        }
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);
