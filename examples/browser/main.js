import { createClient } from 'graphql-ws';

const API = new URLSearchParams(location.search).get('api') ?? 'ws://127.0.0.1:4000/graphql';
const QUERY = `subscription ($id: ID!) {
  campaignProgress(campaignId: $id) { status sentUsers totalUsers progressPercentage }
}`;
const TOKEN_NOT_ACCEPTED = 4403;
const [form, bar, line] = ['form', 'progress', '[role=status]'].map((part) => document.querySelector(part));

function show({ status, sentUsers, totalUsers, progressPercentage }) {
  bar.value = progressPercentage;
  line.textContent = `${status}: ${sentUsers} of ${totalUsers} sent`;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { campaign, token } = Object.fromEntries(new FormData(form));
  const client = createClient({
    url: API,
    connectionParams: { authorization: `Bearer ${token}` },
    shouldRetry: ({ code }) => code !== TOKEN_NOT_ACCEPTED, // survives a restart of the API
    retryAttempts: Infinity,
  });
  try {
    for await (const { data, errors } of client.iterate({ query: QUERY, variables: { id: campaign } })) {
      if (errors) throw new Error(errors[0].message);
      show(data.campaignProgress);
    }
  } catch (error) {
    line.textContent = error.reason ?? error.message;
  } finally {
    await client.dispose();
  }
});
