import { useEffect, useEffectEvent, useState } from 'react';
import {
  Client,
  fetchExchange,
  subscriptionExchange,
  useClient,
  useQuery,
  type AnyVariables,
  type CombinedError,
  type TypedDocumentNode,
} from 'urql';
import { connectionLost, connectionWorks, createSockets, eventsEnded, useConnection } from './connection.js';
import { isPassing } from './parts/failure.js';
import { currentToken, signOut } from './session.js';

const TRY_AGAIN_MS = 2000;
/** Changes of a list come in bursts. */
const REREAD_AFTER_MS = 1000;

async function authorizedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const token = currentToken();
  let response: Response;
  try {
    response = await fetch(input, init);
  } catch (error) {
    if (!init?.signal?.aborted) connectionLost();
    throw error;
  }
  if (response.status === 401 && token === currentToken()) signOut();
  if (response.status < 500) connectionWorks();
  return response;
}

/** A client for one token. Another sign-in gets another client, so that nothing read before is shown. */
export function createApi(): Client {
  const sockets = createSockets();
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'network-only',
    fetch: authorizedFetch,
    fetchOptions: () => ({ headers: { authorization: `Bearer ${currentToken() ?? ''}` } }),
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: sockets.subscribe({ ...request, query: request.query ?? '' }, {
              ...sink,
              // A server that stops ends what it sends: a page that still follows it subscribes again.
              complete: () => {
                eventsEnded();
                sink.error(new Error('The server ended the subscription.'));
              },
            } as never),
          }),
        }),
      }),
    ],
  });
}

export interface Fresh<Data> {
  data: Data | undefined;
  error: CombinedError | undefined;
  loading: boolean;
  /** Soon, once for all calls until then. */
  reread: () => void;
  /** Now, after what the user has done. */
  refetch: () => void;
}

/** A query that is asked again after the connection was lost, and until there is an answer other than to try again. */
export function useFresh<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false } = {},
): Fresh<Data> {
  const { generation } = useConnection();
  const [result, execute] = useQuery({ query, variables, pause });
  const [isStale, setStale] = useState(false);
  const isUnanswered = result.error !== undefined && isPassing(result.error);
  const ask = useEffectEvent(() => {
    if (!pause) execute();
  });
  useEffect(() => {
    if (generation > 0) ask();
  }, [generation]);
  useEffect(() => {
    if (!isUnanswered || result.fetching) return;
    const timer = setTimeout(ask, TRY_AGAIN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [isUnanswered, result.fetching]);
  useEffect(() => {
    // A change during the request may be missing in its answer.
    if (!isStale || result.fetching) return;
    const timer = setTimeout(() => {
      setStale(false);
      ask();
    }, REREAD_AFTER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [isStale, result.fetching]);
  return {
    data: result.data,
    error: result.error,
    loading: result.fetching && result.data === undefined,
    reread: () => {
      setStale(true);
    },
    refetch: () => {
      execute();
    },
  };
}

/**
 * Follows a subscription, and subscribes again after an error.
 * @param options.onLoss called when events may have been missed: what was read before may be out of date
 */
export function useLive<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { onEvent, onLoss, pause = false }: { onEvent: (data: Data) => void; onLoss?: () => void; pause?: boolean },
): void {
  const client = useClient();
  const [attempt, setAttempt] = useState(0);
  const take = useEffectEvent(onEvent);
  const lose = useEffectEvent(() => onLoss?.());
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (pause) return;
    // Once more, now that it is followed again.
    if (attempt > 0) lose();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const request = client.subscription(query, JSON.parse(key) as Variables);
    const subscribed = request.subscribe(({ data, error }) => {
      if (error) {
        lose();
        timer ??= setTimeout(() => {
          setAttempt((before) => before + 1);
        }, TRY_AGAIN_MS);
      } else if (data !== undefined) take(data);
    });
    return () => {
      clearTimeout(timer);
      subscribed.unsubscribe();
    };
  }, [client, query, key, pause, attempt]);
}
