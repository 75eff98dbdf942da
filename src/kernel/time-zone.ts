/**
 * @returns the IANA time zone of this name as the runtime spells it, or undefined. Newer runtimes take offsets such as +02:00 as
 * well, which PostgreSQL would count in the other direction: these are none.
 */
export function resolveTimeZone(name: string): string | undefined {
  if (!/^[a-z]/i.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
