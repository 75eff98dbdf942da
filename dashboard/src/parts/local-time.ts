/** An instant as a field of the kind "datetime-local" shows it, in the reader's zone; "" for none. */
export function toLocalInput(at: string | null): string {
  if (at === null) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The last time that such a field takes, which keeps the year at four digits. */
export const LAST_LOCAL_INPUT = '9999-12-30T23:59';

/** @returns null for what is no time */
export function fromLocalInput(value: string): string | null {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Name of the reader's zone, such as Europe/Lisbon. */
export function readerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
