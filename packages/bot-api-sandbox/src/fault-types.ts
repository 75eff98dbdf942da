import type { ResponseParameters } from './api-error.js';

/**
 * `before`: the request changes nothing. `after`: it is carried out first (the message is accepted and
 * delivered), and only its answer is spoilt.
 */
export type FaultPhase = 'before' | 'after';

/** A refusal in Telegram's own form. */
export interface ApiFault {
  kind: 'api';
  phase: FaultPhase;
  errorCode: number;
  description: string;
  parameters?: ResponseParameters;
  /** With retry_after: every other sendMessage of the bot gets 429 too until the time is over. */
  pauseBot?: boolean;
}

/** A body that is no JSON, as proxies and overloaded servers give. */
export interface BodyFault {
  kind: 'body';
  phase: FaultPhase;
  status: number;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** The body is filled up with spaces to so many bytes. */
  fillTo?: number;
  /** What Content-Length says, where that is not the truth. */
  contentLength?: number;
}

/** The connection is reset (RST) before any byte of an answer. */
export interface ResetFault {
  kind: 'reset';
  phase: FaultPhase;
}

/** Fewer bytes than Content-Length says; then the connection ends, or stays open and silent. */
export interface TruncatedFault {
  kind: 'truncated';
  phase: FaultPhase;
  close: boolean;
}

/** No answer at all, until the client or the sandbox closes the connection. */
export interface HangFault {
  kind: 'hang';
  phase: FaultPhase;
}

/** The right answer, late. */
export interface SlowFault {
  kind: 'slow';
  phase: 'after';
  ms: number;
}

/** The right answer, once the handle of the rule lets it go. */
export interface HeldFault {
  kind: 'held';
  phase: 'after';
}

/** What a matching request gets in place of its answer. */
export type FaultAnswer =
  ApiFault | BodyFault | ResetFault | TruncatedFault | HangFault | SlowFault | HeldFault;

export type FaultKind = FaultAnswer['kind'];

/** Which requests get the answer. All conditions have to hold. */
export interface FaultRule {
  /** sendMessage by default; `*` for every method. */
  method?: string;
  /** One chat or several; every chat by default. */
  chatId?: number | string | readonly (number | string)[];
  /** How many requests get the answer; without end by default. */
  times?: number;
  /** The share of matching requests that get it, 0 to 1, drawn from the sandbox's seed; 1 by default. */
  probability?: number;
  /** How many matching requests pass untouched first; 0 by default. */
  after?: number;
  answer: FaultAnswer;
}

export interface FaultHandle {
  /** How many requests got the answer so far. */
  readonly hits: number;
  /** Lets so many answers go, all by default: those that are held, and then those that would be. */
  release(count?: number): void;
  /** Lets go what is held, too. */
  remove(): void;
}
