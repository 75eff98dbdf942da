import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { Context, ServerOptions, SubscribePayload } from 'graphql-ws';
import type { Identity } from '../../access/identity.js';
import type { OperationContext } from '../../graphql-types/context.js';
import { maskError, unauthenticated } from '../../graphql/errors.js';
import type { RequestRates } from '../../graphql/request-rates.js';
import { admitClient, admitOperation, type AdmissionDeps, type Extra, type Init } from './admission.js';
import { prepare, type PreparationOptions } from './preparation.js';

export interface SubscriptionOptions extends AdmissionDeps, PreparationOptions {
  contextFor: (identity: Identity) => OperationContext;
  rates: RequestRates;
}

/** How long a client may take to identify itself before the socket is closed with 4408. */
const INIT_TIMEOUT_MS = 3000;

async function subscribe(
  context: Context<Init, Extra>,
  payload: SubscribePayload,
  options: SubscriptionOptions,
): Promise<ExecutionArgs | GraphQLError[]> {
  const { identity } = context.extra;
  if (identity === undefined) return [unauthenticated()];
  try {
    await admitOperation(context, identity.name, options.rates);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  return prepare(payload, options.contextFor(identity), options);
}

/** Options of graphql-ws, with the same schema, roles, limits and errors as HTTP. */
export function subscriptionServerOptions(options: SubscriptionOptions): ServerOptions<Init, Extra> {
  const { schema, logger } = options;
  return {
    schema,
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    onConnect: (context) => admitClient(context, options),
    onSubscribe: (context, _id, payload) => subscribe(context, payload, options),
    onError: (_context, _id, _payload, errors) => errors.map((error) => maskError(error, logger)),
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors ? { ...result, errors: result.errors.map((error) => maskError(error, logger)) } : result,
  };
}
