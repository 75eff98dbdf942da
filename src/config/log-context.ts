import { AsyncLocalStorage } from 'node:async_hooks';

/** Fields of every log line of one request or WebSocket operation. */
export type LogFields = Readonly<Record<string, string>>;

const current = new AsyncLocalStorage<LogFields>();

/** Adds fields to every log line of the work and of what it starts. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work);
}

export function logFields(): LogFields {
  return current.getStore() ?? {};
}
