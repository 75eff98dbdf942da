import { graphql } from '../graphql.js';

export const CREATE_POLL = graphql(`
  mutation CreatePollFromForm($input: CreatePollInput!) {
    createPoll(input: $input) {
      poll {
        id
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);

export const UPDATE_POLL = graphql(`
  mutation UpdatePollFromForm($id: ID!, $input: UpdatePollInput!) {
    updatePoll(id: $id, input: $input) {
      poll {
        id
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);

export const OPEN_POLL = graphql(`
  mutation OpenPollFromPage($id: ID!) {
    openPoll(id: $id) {
      poll {
        id
      }
      userErrors {
        field
        message
      }
    }
  }
`);

export const CLOSE_POLL = graphql(`
  mutation ClosePollFromPage($id: ID!) {
    closePoll(id: $id) {
      poll {
        id
      }
      userErrors {
        field
        message
      }
    }
  }
`);

export const DELETE_POLL = graphql(`
  mutation DeletePollFromPage($id: ID!) {
    deletePoll(id: $id) {
      deletedId
      userErrors {
        field
        message
      }
    }
  }
`);

export const RECORD_COMPLETIONS = graphql(`
  mutation RecordCompletionsFromPage($pollId: ID!, $userIds: [ID!]!) {
    recordPollCompletions(pollId: $pollId, userIds: $userIds) {
      recorded
      userErrors {
        field
        message
      }
    }
  }
`);
