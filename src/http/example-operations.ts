import { existsSync, readFileSync } from 'node:fs';
import { projectPath } from '../config/paths.js';

/** The operations of schema/operations by purpose, the main job first, each group in the order of use. */
export const EXAMPLE_GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Run a campaign': [
    'polls',
    'campaignPreview',
    'createCampaign',
    'sendTestNotification',
    'startCampaign',
    'campaignProgress',
    'campaign',
    'campaignTimeline',
    'campaigns',
    'campaignsChanged',
  ],
  'Change its course': [
    'pauseCampaign',
    'updateCampaign',
    'resumeCampaign',
    'cancelCampaign',
    'deleteCampaign',
    'retryDeliveries',
    'pauseCampaigns',
    'resumeCampaigns',
    'cancelCampaigns',
  ],
  'Polls and people': [
    'createPoll',
    'openPoll',
    'poll',
    'pollCompletions',
    'updatePoll',
    'closePoll',
    'deletePoll',
    'importTelegramUsers',
    'telegramUsers',
    'telegramUser',
    'addToGroup',
    'removeFromGroup',
    'groups',
    'recordPollCompletions',
    'setReminders',
    'deleteTelegramUser',
  ],
  'Look after it': [
    'viewer',
    'installation',
    'auditLog',
    'apiTokens',
    'createApiToken',
    'revokeApiToken',
    'node',
    'nodes',
  ],
};

export interface ExampleOperation {
  name: string;
  query: string;
  /** JSON. */
  variables: string;
}

export interface ExampleGroup {
  title: string;
  operations: ExampleOperation[];
}

function exampleOperation(name: string): ExampleOperation {
  const file = (extension: string) => projectPath('schema', 'operations', `${name}.${extension}`);
  const hasVariables = existsSync(file('json'));
  return {
    name,
    query: readFileSync(file('graphql'), 'utf8'),
    variables: hasVariables ? readFileSync(file('json'), 'utf8') : '{}',
  };
}

export function exampleGroups(): ExampleGroup[] {
  return Object.entries(EXAMPLE_GROUPS).map(([title, names]) => ({
    title,
    operations: names.map(exampleOperation),
  }));
}
