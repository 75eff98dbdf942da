import { graphql } from 'relay-runtime';

export const campaigns = graphql`
  fragment pages_campaigns on Poll
  @argumentDefinitions(count: { type: "Int" }, cursor: { type: "String" })
  @refetchable(queryName: "pagesCampaignsQuery") {
    campaigns(first: $count, after: $cursor) @connection(key: "Poll_campaigns") {
      edges {
        node {
          id
          name
        }
      }
    }
  }
`;

export const users = graphql`
  fragment pages_users on Query
  @argumentDefinitions(count: { type: "Int" }, cursor: { type: "String" })
  @refetchable(queryName: "pagesUsersQuery") {
    telegramUsers(last: $count, before: $cursor) @connection(key: "Query_telegramUsers") {
      edges {
        node {
          id
          firstName
        }
      }
    }
  }
`;
