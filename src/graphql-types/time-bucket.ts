import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { CodedError } from '../kernel/errors.js';
import { resolveTimeZone } from '../kernel/time-zone.js';

/** Width of the columns of a chart. */
export enum TimeBucket {
  MINUTE = 'MINUTE',
  HOUR = 'HOUR',
  DAY = 'DAY',
}

registerEnumType(TimeBucket, {
  name: 'TimeBucket',
  description: 'Width of the columns of a chart.',
  valuesConfig: {
    MINUTE: { description: 'A minute.' },
    HOUR: { description: 'An hour.' },
    DAY: { description: 'A day of the time zone.' },
  },
});

/** Most buckets of a chart: the newest. */
export const MAX_BUCKETS = 1000;

export const BUCKET_ARGUMENT = { defaultValue: TimeBucket.HOUR, description: 'Width of a bucket.' };
export const TIME_ZONE_ARGUMENT = {
  nullable: true,
  description: 'IANA time zone that cuts days, such as Europe/Lisbon; UTC by default.',
};

@ObjectType({ description: 'How many there were in a bucket of time.' })
export class TimeCount {
  @Field(() => Date, { description: 'Start of the bucket.' })
  at!: Date;

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

/** @throws BAD_USER_INPUT if there is no such time zone */
export function requireTimeZone(timeZone: string | null | undefined): string {
  if (timeZone == null) return 'UTC';
  const name = resolveTimeZone(timeZone);
  if (name !== undefined) return name;
  throw new CodedError('BAD_USER_INPUT', 'timeZone must be an IANA time zone such as Europe/Lisbon.');
}
