import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getSingularSelector,
  Network,
  RecordSource,
  Store,
  type ConcreteRequest,
  type ReaderFragment,
  type Variables,
} from 'relay-runtime';
import { projectPath } from '../../src/config/paths.js';
import { overHttp } from '../support/requests.js';
import { CAMPAIGNS, createDataset, OVERVIEW, USERS, withoutTypenames } from './dataset.js';
import { app } from './app.js';

const require = createRequire(import.meta.url);
let folder: string;

function load(name: string): unknown {
  return require(join(folder, 'artifacts', `${name}.graphql.js`));
}

function loadRequest(name: string): ConcreteRequest {
  return load(name) as ConcreteRequest;
}

function loadFragment(name: string): ReaderFragment {
  return load(name) as ReaderFragment;
}

/** An environment with the answers that came last. */
function createEnvironment(): { environment: Environment; answers: unknown[] } {
  const answers: unknown[] = [];
  const network = Network.create(async ({ text }, variables) => {
    const { data, errors } = await overHttp(app.url, { query: text ?? '', variables });
    answers.push(data);
    if (!data || errors) throw new Error(JSON.stringify(errors));
    return { data };
  });
  return { environment: new Environment({ network, store: new Store(new RecordSource()) }), answers };
}

async function run(environment: Environment, name: string, variables: Variables = {}): Promise<unknown> {
  const request = loadRequest(name);
  await fetchQuery(environment, request, variables).toPromise();
  const operation = createOperationDescriptor(request, variables);
  return environment.lookup(operation.fragment).data;
}

function ownerOf(name: string): unknown {
  return createOperationDescriptor(loadRequest(name), {}).request;
}

describe('Relay', () => {
  /** The compiler writes what the runtime needs, if it accepts the schema with these queries and fragments. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pollcast-relay-'));
    await cp(projectPath('test', 'clients', 'relay'), join(folder, 'src'), { recursive: true });
    const overview = `import { graphql } from 'relay-runtime';\ngraphql\`query overviewQuery { ${OVERVIEW} }\`;`;
    await writeFile(join(folder, 'src', 'overview.js'), overview);
    await mkdir(join(folder, 'artifacts'));
    await cp(projectPath('schema', 'schema.graphql'), join(folder, 'schema.graphql'));
    const config = {
      src: 'src',
      schema: 'schema.graphql',
      language: 'javascript',
      artifactDirectory: 'artifacts',
      eagerEsModules: false,
    };
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
    await promisify(execFile)(process.execPath, [require.resolve('relay-compiler/cli.js')], { cwd: folder });
    await createDataset(app);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('what Relay reads of its store is what the server sent', async () => {
    const { environment, answers } = createEnvironment();
    const read = await run(environment, 'overviewQuery');
    expect(read).toEqual(withoutTypenames(answers[0]));
  });

  test.each([
    ['Poll', 'poll_1', { title: 'Lunch' }],
    ['Question', 'question_1', { text: 'Lunch: First' }],
    ['Option', 'option_1', { text: 'Lunch good' }],
    ['User', 'user_1', { firstName: 'Person 1' }],
    ['Campaign', 'campaign_1', { name: 'Campaign 1' }],
    ['Delivery', 'delivery_1_1', { status: 'FAILED' }],
    ['Token', 'token_1', { name: 'ops' }],
    ['Entry', 'audit_1', { action: 'createPoll' }],
  ])('%s is read again by its id %s', async (name, id, fields) => {
    const { environment, answers } = createEnvironment();
    await run(environment, 'overviewQuery');
    await run(environment, `refetch${name}Query`, { id });
    expect(answers.at(-1)).toMatchObject({ node: { id, ...fields } });
    const fragment = loadFragment(`refetch_${name.toLowerCase()}`);
    const pointer = {
      __id: id,
      __fragments: { [fragment.name]: {} },
      __fragmentOwner: ownerOf('overviewQuery'),
    };
    const selector = getSingularSelector(fragment, pointer);
    expect(environment.lookup(selector).data).toEqual({ id, ...fields });
  });

  describe('pages', () => {
    interface Page {
      edges: { node: { id: string } }[];
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string; startCursor: string };
    }

    /** Reads the connection of a fragment as a component would. */
    function readPage(environment: Environment, name: string, id: string, field: string): Page {
      const fragment = loadFragment(name);
      const variables = { count: 2, cursor: null };
      const owner = createOperationDescriptor(
        loadRequest(name === 'pages_users' ? 'pagesUsersQuery' : 'pagesCampaignsQuery'),
        { ...variables, id },
      ).request;
      const pointer = { __id: id, __fragments: { [name]: variables }, __fragmentOwner: owner };
      const selector = getSingularSelector(fragment, pointer);
      const data = environment.lookup(selector).data as Record<string, Page> | undefined;
      if (!data?.[field]) throw new Error(`There is no ${field} in the store.`);
      return data[field];
    }

    test('of a @connection follow each other forwards in a @refetchable fragment', async () => {
      const { environment } = createEnvironment();
      let cursor: string | null = null;
      let page: Page;
      do {
        await run(environment, 'pagesCampaignsQuery', { id: 'poll_1', count: 2, cursor });
        page = readPage(environment, 'pages_campaigns', 'poll_1', 'campaigns');
        cursor = page.pageInfo.endCursor;
      } while (page.pageInfo.hasNextPage);
      const ids = Array.from({ length: CAMPAIGNS }, (_, index) => `campaign_${CAMPAIGNS - index}`);
      expect(page.edges.map(({ node }) => node.id)).toEqual(ids);
    });

    test('of a @connection follow each other backwards in a @refetchable fragment', async () => {
      const { environment } = createEnvironment();
      let cursor: string | null = null;
      let page: Page;
      do {
        await run(environment, 'pagesUsersQuery', { count: 2, cursor });
        page = readPage(environment, 'pages_users', 'client:root', 'telegramUsers');
        cursor = page.pageInfo.startCursor;
      } while (page.pageInfo.hasPreviousPage);
      const ids = Array.from({ length: USERS }, (_, index) => `user_${index + 1}`);
      expect(page.edges.map(({ node }) => node.id)).toEqual(ids);
    });
  });
});
