export const BUCKETS = ['MINUTE', 'HOUR', 'DAY'] as const;
export type Bucket = (typeof BUCKETS)[number];

export const WIDTH_MS: Readonly<Record<Bucket, number>> = {
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
};
/** Up to which age of what is drawn its minutes, and its hours, are few enough for a chart. */
const MINUTES_UP_TO_MS = 12 * WIDTH_MS.HOUR;
const HOURS_UP_TO_MS = 30 * WIDTH_MS.DAY;

export function bucketFor(startedAt: string | null): Bucket {
  const ageMs = Date.now() - Date.parse(startedAt ?? '');
  if (ageMs > HOURS_UP_TO_MS) return 'DAY';
  return ageMs > MINUTES_UP_TO_MS ? 'HOUR' : 'MINUTE';
}
