import type { TestApp } from '../../support/app.js';

export interface CampaignFailure {
  code: string;
  message: string;
}

/** Why the campaign has stopped, as the API tells it; undefined unless it is in that status. */
export async function failureOf(
  app: TestApp,
  id: string,
  status: string,
): Promise<CampaignFailure | null | undefined> {
  const { campaign } = await app
    .client()
    .run<{ campaign: { status: string; failure: CampaignFailure | null } }>(
      'query ($id: ID!) { campaign(id: $id) { status failure { code message } } }',
      { id },
    );
  return campaign.status === status ? campaign.failure : undefined;
}
