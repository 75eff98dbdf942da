import { graphql } from '../graphql.js';
import { REFUSAL } from '../parts/fragments.js';

export const CREATE_POLL = graphql(
  `
    mutation CreatePollFromForm($input: CreatePollInput!) {
      createPoll(input: $input) {
        poll {
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

export const UPDATE_POLL = graphql(
  `
    mutation UpdatePollFromForm($id: ID!, $input: UpdatePollInput!) {
      updatePoll(id: $id, input: $input) {
        poll {
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

export const OPEN_POLL = graphql(
  `
    mutation OpenPollFromPage($id: ID!) {
      openPoll(id: $id) {
        poll {
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

export const CLOSE_POLL = graphql(
  `
    mutation ClosePollFromPage($id: ID!) {
      closePoll(id: $id) {
        poll {
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

export const DELETE_POLL = graphql(
  `
    mutation DeletePollFromPage($id: ID!) {
      deletePoll(id: $id) {
        deletedId
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

export const RECORD_COMPLETIONS = graphql(
  `
    mutation RecordCompletionsFromPage($pollId: ID!, $userIds: [ID!]!) {
      recordPollCompletions(pollId: $pollId, userIds: $userIds) {
        recorded
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);
