import { createClient, type Client } from 'graphql-ws/client';
import WebSocket from 'ws';
import { pause } from '../kernel/pause.js';
import type { ApiDocument, VariablesArgument } from './graphql.js';

/** The server may be away for as long as a restart or an upgrade takes. */
const PATIENCE = {
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: () => pause(1000),
};

async function readFailure(response: Response): Promise<Error> {
  const { errors } = (await response.json().catch(() => ({}))) as { errors?: { message: string }[] };
  return new Error(errors?.[0]?.message ?? `The API answered ${response.status}.`);
}

/** What ends a subscription comes as a list of errors. */
function readErrors(thrown: unknown): Error | undefined {
  const [first] = Array.isArray(thrown) ? (thrown as { message: string }[]) : [];
  return first && new Error(first.message, { cause: thrown });
}

/** Speaks to the public API like any other client. */
export class ApiClient {
  private readonly authorization: string;

  constructor(
    private readonly url: string,
    token: string,
  ) {
    this.authorization = `Bearer ${token}`;
  }

  /** Waits where the API takes no more requests for now. @throws with the first error of the answer */
  async run<Result, Variables>(
    document: ApiDocument<Result, Variables>,
    ...variables: VariablesArgument<Variables>
  ): Promise<Result> {
    const response = await this.post(document, variables[0]);
    if (response.status === 429) {
      await pause(1000 * Number(response.headers.get('retry-after') ?? 1));
      return this.run(document, ...variables);
    }
    const { data, errors } = (await response.json()) as { data?: Result; errors?: { message: string }[] };
    if (data === undefined || errors)
      throw new Error(errors?.[0]?.message ?? `The API answered ${response.status}.`);
    return data;
  }

  /** @returns the CSV. @throws with the error of the answer */
  async export(kind: string, id: string): Promise<ReadableStream> {
    const asked = await this.fetch('/exports', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: this.authorization },
      body: JSON.stringify({ kind, id }),
    });
    if (!asked.ok) throw await readFailure(asked);
    const { path } = (await asked.json()) as { path: string };
    const answer = await this.fetch(path);
    if (!answer.ok || !answer.body) throw await readFailure(answer);
    return answer.body;
  }

  private post(query: string, variables: unknown): Promise<Response> {
    return this.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: this.authorization },
      body: JSON.stringify({ query, variables }),
    });
  }

  private fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, init).catch((error: unknown) => {
      throw new Error(`The API at ${this.url} cannot be reached.`, { cause: error });
    });
  }

  /**
   * Events of a subscription until the server completes it.
   * @param options.patient connects again for as long as it takes, instead of a few times
   */
  async *subscribe<Result, Variables extends Record<string, unknown>>(
    query: ApiDocument<Result, Variables>,
    variables: Variables,
    { patient = false }: { patient?: boolean } = {},
  ): AsyncGenerator<Result, void, void> {
    const client: Client = createClient({
      url: `${this.url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: this.authorization },
      ...(patient && PATIENCE),
    });
    try {
      for await (const { data, errors } of client.iterate<Result>({ query, variables })) {
        if (!data || errors) throw new Error(errors?.[0]?.message ?? 'The subscription sent no data.');
        yield data;
      }
    } catch (error) {
      throw readErrors(error) ?? error;
    } finally {
      await client.dispose();
    }
  }
}
