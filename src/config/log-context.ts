import { AsyncLocalStorage } from 'node:async_hooks';

/** What the lines of one request, or of one operation on a WebSocket, have in common. */
export type LogFields = Readonly<Record<string, string>>;

const current = new AsyncLocalStorage<LogFields>();

/** Whatever is logged by the work, and by what it starts, carries the fields. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work);
}

export function logFields(): LogFields {
  return current.getStore() ?? {};
}
