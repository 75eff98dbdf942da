import { CAMPAIGN_ROW } from '../campaign-parts/queries.js';
import { graphql, type ResultOf } from '../graphql.js';
import { PAGE_INFO } from '../parts/fragments.js';

const POLL_ROW = graphql(`
  fragment PollRow on Poll {
    id
    title
    status
    groups
    anonymous
    closesAt
    participantCount
    completedCount
    createdAt
  }
`);

export type PollRow = ResultOf<typeof POLL_ROW>;

export const POLLS = graphql(
  `
    query DashboardPolls(
      $filter: PollFilter
      $orderBy: PollOrder!
      $first: Int
      $after: String
      $last: Int
      $before: String
    ) {
      polls(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
        totalCount
        pageInfo {
          ...PageEnds
        }
        nodes {
          ...PollRow
        }
      }
    }
  `,
  [POLL_ROW, PAGE_INFO],
);

export const POLL = graphql(
  `
    query DashboardPoll($id: ID!) {
      poll(id: $id) {
        ...PollRow
        description
        startedCount
      }
    }
  `,
  [POLL_ROW],
);

export type PollHead = NonNullable<ResultOf<typeof POLL>['poll']>;

/** Counted for each question, which takes its time where there are many people. */
export const AUDIENCE = graphql(`
  query PollAudience($id: ID!) {
    poll(id: $id) {
      audienceSize
    }
  }
`);

export const RESULTS = graphql(`
  query PollResults($id: ID!) {
    poll(id: $id) {
      questions {
        id
        text
        options {
          id
          text
          answerCount
        }
      }
    }
  }
`);

export const COMPLETIONS = graphql(`
  query PollCompletions($id: ID!, $bucket: TimeBucket!, $timeZone: String) {
    poll(id: $id) {
      completedCount
      completionsOverTime(bucket: $bucket, timeZone: $timeZone) {
        at
        count
      }
      campaigns(orderBy: STARTED_AT_DESC, first: 20) {
        nodes {
          id
          name
          startedAt
        }
      }
    }
  }
`);

export type Completions = NonNullable<ResultOf<typeof COMPLETIONS>['poll']>;

export const POLL_CAMPAIGNS = graphql(
  `
    query PollCampaigns($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
      poll(id: $id) {
        campaigns(first: $first, after: $after, last: $last, before: $before) {
          totalCount
          pageInfo {
            ...PageEnds
          }
          nodes {
            ...CampaignRow
          }
        }
      }
    }
  `,
  [CAMPAIGN_ROW, PAGE_INFO],
);

export const POLL_CHANGES = graphql(`
  subscription PollChanges($topicId: ID!) {
    campaignsChanged(filter: { topicId: $topicId }) {
      version
    }
  }
`);

export const PARTICIPANTS = graphql(
  `
    query PollParticipants(
      $id: ID!
      $filter: ParticipantFilter
      $first: Int
      $after: String
      $last: Int
      $before: String
    ) {
      poll(id: $id) {
        participants(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
          pageInfo {
            ...PageEnds
          }
          nodes {
            participation
            answeredQuestions
            completedAt
            declined
            remindersSent
            lastRemindedAt
            user {
              id
              telegramId
              firstName
              lastName
              username
              status
              groups
            }
          }
        }
      }
      groups {
        name
      }
    }
  `,
  [PAGE_INFO],
);

/** Counted apart, so that the page does not wait for it. */
export const PARTICIPANT_COUNT = graphql(`
  query PollParticipantCount($id: ID!, $filter: ParticipantFilter) {
    poll(id: $id) {
      participants(filter: $filter, first: 1) {
        totalCount
      }
    }
  }
`);

export type ParticipantRow = NonNullable<
  ResultOf<typeof PARTICIPANTS>['poll']
>['participants']['nodes'][number];

export const POLL_TO_EDIT = graphql(`
  query PollToEdit($id: ID!) {
    poll(id: $id) {
      id
      title
      status
      description
      closesAt
      groups
      anonymous
      questions {
        text
        options {
          text
        }
      }
    }
  }
`);

export type PollToEdit = NonNullable<ResultOf<typeof POLL_TO_EDIT>['poll']>;

/** What is lost, or left undone, by what is done to a poll. */
export const POLL_STAKES = graphql(`
  query PollStakes($id: ID!) {
    poll(id: $id) {
      participantCount
      completedCount
      startedCount
      campaigns(first: 1) {
        totalCount
      }
      scheduled: campaigns(filter: { status: [SCHEDULED] }, first: 1) {
        totalCount
      }
    }
  }
`);

export type PollStakes = NonNullable<ResultOf<typeof POLL_STAKES>['poll']>;
