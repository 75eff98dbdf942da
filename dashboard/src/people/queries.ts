import { graphql, type ResultOf } from '../graphql.js';
import { PAGE_INFO, REFUSAL } from '../parts/fragments.js';

export const PERSON_ROW = graphql(`
  fragment PersonRow on TelegramUser {
    id
    telegramId
    firstName
    lastName
    username
    status
    groups
    languageCode
    createdAt
  }
`);

export type PersonRow = ResultOf<typeof PERSON_ROW>;

export const PEOPLE = graphql(
  `
    query DashboardPeople(
      $filter: TelegramUserFilter
      $orderBy: TelegramUserOrder!
      $first: Int
      $after: String
      $last: Int
      $before: String
    ) {
      telegramUsers(
        filter: $filter
        orderBy: $orderBy
        first: $first
        after: $after
        last: $last
        before: $before
      ) {
        totalCount
        pageInfo {
          ...PageEnds
        }
        nodes {
          ...PersonRow
        }
      }
    }
  `,
  [PERSON_ROW, PAGE_INFO],
);

export const GROUPS = graphql(`
  query DashboardGroups {
    groups {
      name
      memberCount
      reachableCount
    }
  }
`);

export const PERSON = graphql(
  `
    query DashboardPerson($id: ID!) {
      telegramUser(id: $id) {
        ...PersonRow
        timeZone
        updatedAt
      }
    }
  `,
  [PERSON_ROW],
);

export const PARTICIPATIONS = graphql(
  `
    query DashboardParticipations($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
      telegramUser(id: $id) {
        participations(first: $first, after: $after, last: $last, before: $before) {
          pageInfo {
            ...PageEnds
          }
          nodes {
            participation
            completedAt
            poll {
              id
              title
              status
            }
            answers {
              question {
                id
                text
              }
              option {
                id
                text
              }
              answeredAt
            }
          }
        }
      }
    }
  `,
  [PAGE_INFO],
);

export const REMINDERS = graphql(
  `
    query DashboardReminders($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
      telegramUser(id: $id) {
        deliveries(first: $first, after: $after, last: $last, before: $before) {
          totalCount
          pageInfo {
            ...PageEnds
          }
          nodes {
            id
            status
            reason
            detail
            sentAt
            openedAt
            convertedAt
            updatedAt
            campaign {
              id
              name
              topic {
                title
              }
            }
          }
        }
      }
    }
  `,
  [PAGE_INFO],
);

export const SET_REMINDERS = graphql(
  `
    mutation DashboardSetReminders($userId: ID!, $wanted: Boolean!) {
      setReminders(userId: $userId, wanted: $wanted) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const ERASE = graphql(
  `
    mutation DashboardErase($id: ID!) {
      deleteTelegramUser(id: $id) {
        deletedId
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const ADD_TO_GROUP = graphql(
  `
    mutation DashboardAddToGroup($group: String!, $userIds: [ID!]!) {
      addToGroup(group: $group, userIds: $userIds) {
        changedCount
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const REMOVE_FROM_GROUP = graphql(
  `
    mutation DashboardRemoveFromGroup($group: String!, $userIds: [ID!]!) {
      removeFromGroup(group: $group, userIds: $userIds) {
        changedCount
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const IMPORT_PEOPLE = graphql(
  `
    mutation DashboardImport($users: [TelegramUserInput!]!) {
      importTelegramUsers(users: $users) {
        created
        updated
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);
