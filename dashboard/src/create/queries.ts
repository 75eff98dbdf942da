import { graphql, type ResultOf } from '../graphql.js';
import { REFUSAL } from '../parts/fragments.js';

export const TOPICS = graphql(`
  query TopicsToChoose($title: String) {
    polls(filter: { status: [OPEN], titleContains: $title }, orderBy: CREATED_AT_DESC, first: 10) {
      totalCount
      nodes {
        id
        title
        closesAt
        participantCount
        completedCount
      }
    }
  }
`);

export const TOPIC = graphql(`
  query TopicOfDraft($id: ID!) {
    poll(id: $id) {
      id
      title
      status
      closesAt
      groups
      participantCount
      completedCount
      questions {
        text
        options {
          text
        }
      }
    }
  }
`);

export type Topic = NonNullable<ResultOf<typeof TOPIC>['poll']>;

export const PREVIEW = graphql(
  `
    query DraftPreview($input: CreateCampaignInput!) {
      campaignPreview(input: $input) {
        audienceSize
        excluded {
          reason
          count
        }
        remindedRecently
        estimatedDurationMs
        estimatedFinishAt
        finishesBeforePollCloses
        samples {
          languageCode
          text
          buttonText
        }
        userErrors {
          ...Refusal
        }
        warnings {
          code
          message
        }
      }
    }
  `,
  [REFUSAL],
);

export type Preview = ResultOf<typeof PREVIEW>['campaignPreview'];

export const DEFAULTS = graphql(`
  query PacingDefaults {
    installation {
      messagesPerSecond
      defaultPacing {
        chunkSize
        chunkIntervalMs
        sendIntervalMs
      }
    }
  }
`);

export const CAMPAIGN_TO_EDIT = graphql(`
  query CampaignToEdit($id: ID!) {
    campaign(id: $id) {
      id
      name
      status
      startedAt
      totalUsers
      pendingUsers
      scheduledFor
      messageTemplate
      buttonText
      asksFirstQuestion
      topic {
        id
        title
      }
      audience {
        groups
        participation
        notRemindedForHours
      }
      translations {
        languageCode
        messageTemplate
        buttonText
      }
      pacing {
        chunkSize
        chunkIntervalMs
        sendIntervalMs
      }
    }
  }
`);

export const CREATE = graphql(
  `
    mutation CreateFromDraft($input: CreateCampaignInput!) {
      createCampaign(input: $input) {
        campaign {
          id
        }
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const UPDATE = graphql(
  `
    mutation UpdateFromDraft($id: ID!, $input: UpdateCampaignInput!) {
      updateCampaign(id: $id, input: $input) {
        campaign {
          id
        }
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const PEOPLE_TO_TRY = graphql(`
  query PeopleToTry($search: String!) {
    telegramUsers(filter: { search: $search, status: [ACTIVE] }, first: 8) {
      nodes {
        id
        telegramId
        firstName
        lastName
        username
        languageCode
      }
    }
  }
`);
