import type { SandboxCore } from '../core.js';
import type { Params } from '../params.js';

export interface MethodContext {
  core: SandboxCore;
  params: Params;
  /** When the request was received, milliseconds since the epoch. */
  at: number;
  /** Aborted when the client has gone. Made on demand: only long polling needs it. */
  clientGone: () => AbortSignal;
}

/** @returns the `result` of the answer. @throws ApiError for a refusal */
export type Method = (context: MethodContext) => unknown;
