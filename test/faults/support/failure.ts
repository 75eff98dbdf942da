import { graphql, type ResultOf } from '../../../src/cli/graphql.js';
import type { TestApp } from '../../support/app.js';

const FAILURE = graphql('query ($id: ID!) { campaign(id: $id) { status failure { code message } } }');
export type CampaignFailure = NonNullable<NonNullable<ResultOf<typeof FAILURE>['campaign']>['failure']>;

/** Why the campaign has stopped, as the API tells it; undefined unless it is in that status. */
export async function failureOf(
  app: TestApp,
  id: string,
  status: string,
): Promise<CampaignFailure | null | undefined> {
  const { campaign } = await app.client().run(FAILURE, { id });
  return campaign?.status === status ? campaign.failure : undefined;
}
