import { graphql } from '../graphql.js';

/** What `useAction` tells of a mutation that was refused. */
export const REFUSAL = graphql(`
  fragment Refusal on UserError {
    code
    field
    message
  }
`);

/** What a pager needs of a connection. */
export const PAGE_INFO = graphql(`
  fragment PageEnds on PageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
`);
