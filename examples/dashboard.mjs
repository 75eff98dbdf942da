// A live dashboard of one campaign in the terminal:  TOKEN=$(cat .data/admin-token) node examples/dashboard.mjs campaign_1
import { createClient } from 'graphql-ws';
import WebSocket from 'ws'; // a browser has its own: leave this and webSocketImpl out

const { TOKEN, API = 'ws://127.0.0.1:4000/graphql' } = process.env;
const [campaignId = 'campaign_1'] = process.argv.slice(2);
const client = createClient({
  url: API,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${TOKEN}` },
  shouldRetry: () => true, // also while nothing listens, so that a restart of the API is survived
  retryAttempts: Infinity,
});
const query = `subscription ($id: ID!) {
  campaignProgress(campaignId: $id) { status sentUsers totalUsers progressPercentage messagesPerSecond }
}`;
for await (const { data, errors } of client.iterate({ query, variables: { id: campaignId } })) {
  if (errors) throw new Error(errors[0].message);
  const { status, sentUsers, totalUsers, progressPercentage } = data.campaignProgress;
  console.log(`${status} ${sentUsers} of ${totalUsers} (${progressPercentage} %)`);
}
await client.dispose();
