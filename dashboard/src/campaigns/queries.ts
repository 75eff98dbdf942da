import { CAMPAIGN_ROW } from '../campaign-parts/queries.js';
import { graphql } from '../graphql.js';
import { PAGE_INFO } from '../parts/fragments.js';

export const CAMPAIGNS = graphql(
  `
    query DashboardCampaigns(
      $filter: CampaignFilter
      $orderBy: CampaignOrder!
      $first: Int
      $after: String
      $last: Int
      $before: String
    ) {
      campaigns(
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
          ...CampaignRow
        }
      }
    }
  `,
  [CAMPAIGN_ROW, PAGE_INFO],
);

export const COUNTS = graphql(
  `
    query CampaignCounts {
      installation {
        campaignCounts {
          status
          count
        }
      }
      attention: campaigns(filter: { needsAttention: true }, first: 5) {
        totalCount
        nodes {
          ...CampaignRow
        }
      }
    }
  `,
  [CAMPAIGN_ROW],
);
