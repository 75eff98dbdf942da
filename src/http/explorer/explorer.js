// The API explorer: GraphiQL with the example operations. The token is kept for this tab alone, and sent as a bearer.
/* global document, fetch, GraphiQL, graphqlWs, history, location, React, ReactDOM, sessionStorage, URLSearchParams */

const KEPT = 'pollcast.token';
const element = (id) => document.getElementById(id);
const root = ReactDOM.createRoot(element('graphiql'));

function showState(text) {
  const isSignedIn = sessionStorage.getItem(KEPT) !== null;
  element('state').textContent = text ?? (isSignedIn ? 'Signed in' : 'Not signed in');
  element('sign-in').hidden = isSignedIn;
  element('sign-out').hidden = !isSignedIn;
}

/** The code of a sign-in link is in the fragment, which browsers send to nobody; it is good once. */
async function exchangeCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code === null) return undefined;
  history.replaceState(null, '', location.pathname);
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  const answer = await response.json();
  if (!response.ok) return answer.errors[0].message;
  sessionStorage.setItem(KEPT, answer.token);
  return undefined;
}

function authorization() {
  const token = sessionStorage.getItem(KEPT);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

async function authorizedFetch(url, options) {
  const response = await fetch(url, { ...options, headers: { ...options.headers, ...authorization() } });
  if (response.status === 401 && sessionStorage.getItem(KEPT) !== null) {
    sessionStorage.removeItem(KEPT);
    showState('The token is no longer valid: sign in again.');
  }
  return response;
}

let sockets;
function createFetcher() {
  void sockets?.dispose();
  sockets = graphqlWs.createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: authorization,
    shouldRetry: () => true,
  });
  return GraphiQL.createFetcher({ url: '/graphql', fetch: authorizedFetch, wsClient: sockets });
}

/** Nothing is kept in the browser beyond the token. */
function memory() {
  const items = new Map();
  return {
    get length() {
      return items.size;
    },
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
    clear: () => items.clear(),
  };
}

let fetcher;
let opened;
function open(example) {
  opened = example;
  for (const button of element('operations').querySelectorAll('button'))
    button.setAttribute('aria-current', String(button.textContent === example.name));
  const { name, query, variables } = example;
  root.render(
    React.createElement(GraphiQL, {
      key: `${name} ${sessionStorage.getItem(KEPT)?.length ?? 0}`,
      fetcher,
      storage: memory(),
      defaultTabs: [{ query, variables }],
      defaultEditorToolsVisibility: 'variables',
    }),
  );
}

function listOperations(groups) {
  const list = element('operations');
  for (const { title, operations } of groups) {
    const heading = document.createElement('h2');
    heading.textContent = title;
    list.append(heading);
    for (const example of operations) {
      const button = document.createElement('button');
      button.textContent = example.name;
      button.addEventListener('click', () => open(example));
      list.append(button);
    }
  }
}

function signedInOrOut(text) {
  fetcher = createFetcher();
  showState(text);
  if (opened) open(opened);
}

element('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEPT, element('token').value.trim());
  element('token').value = '';
  signedInOrOut();
});
element('sign-out').addEventListener('click', () => {
  sessionStorage.removeItem(KEPT);
  signedInOrOut();
});
element('apollo').href =
  `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(`${location.origin}/graphql`)}`;

const problem = await exchangeCode();
const groups = await (await fetch('/explorer/operations')).json();
listOperations(groups);
signedInOrOut(problem);
open(groups[0].operations[0]);
