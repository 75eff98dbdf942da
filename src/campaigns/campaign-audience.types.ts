import { ArrayMaxSize, ArrayNotEmpty, IsIn, IsOptional, Max, Min } from 'class-validator';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { distinctGroups } from '../groups/group-names.js';
import { MAX_STATUSES } from '../kernel/validation.js';
import { Participation, type AddressedParticipation } from '../people/participation.js';

/** Those whom a campaign can address. */
export const ADDRESSED: readonly Participation[] = [Participation.NOT_STARTED, Participation.STARTED];

const PARTICIPATION_FORM =
  'participation must be NOT_STARTED, STARTED or both: campaigns address nobody who has completed the poll.';
const HOURS_RANGE = 'notRemindedForHours must be from 1 to 8760 hours.';

const PARTICIPATION = 'NOT_STARTED, STARTED or both.';

@ObjectType({
  description:
    'Whom of those who have not completed the poll a campaign addresses. Groups are looked at again at the send: who has ' +
    'left them is SKIPPED with NOT_IN_GROUP. Participation is not: a user who starts the poll after planning is still ' +
    'reminded, also where only NOT_STARTED was asked for.',
})
export class CampaignAudience {
  @Field(() => [Participation], { description: PARTICIPATION })
  participation!: readonly Participation[];

  @Field(() => [String], { description: 'Of these groups; empty means all whom the poll is for.' })
  groups!: string[];

  @Field(() => Int, {
    nullable: true,
    description:
      'Leaves out users who were reminded of this poll within so many hours; null leaves out none.',
  })
  notRemindedForHours!: number | null;
}

@InputType({ description: 'Restricts the users who have not completed the poll.' })
export class CampaignAudienceInput {
  @IsOptional()
  @ArrayNotEmpty({ message: PARTICIPATION_FORM })
  @ArrayMaxSize(MAX_STATUSES, { message: 'participation must have at most $constraint1 items.' })
  @IsIn(ADDRESSED, { each: true, message: PARTICIPATION_FORM })
  @Field(() => [Participation], { nullable: true, description: `${PARTICIPATION} Null means both.` })
  participation?: Participation[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Names of groups, at most 100, of which members are addressed if the poll is for them; letter case does not matter. ' +
      '[] and null address all whom the poll is for.',
  })
  groups?: string[] | null;

  @IsOptional()
  @Min(1, { message: HOURS_RANGE })
  @Max(8760, { message: HOURS_RANGE })
  @Field(() => Int, {
    nullable: true,
    description:
      'Leaves out users who were reminded of this poll within so many hours, 1 to 8760; null leaves out none.',
  })
  notRemindedForHours?: number | null;
}

/** Restrictions as they are stored. */
export interface StoredAudience {
  notRemindedForHours: number | null;
  /** Null for both. */
  participation: AddressedParticipation | null;
  /** Names. */
  groups: readonly string[];
}

export function chooseParticipation(
  given: readonly Participation[] | null | undefined,
): AddressedParticipation | null {
  const [only, another] = new Set(given ?? []);
  return only === undefined || only === Participation.COMPLETED || another !== undefined ? null : only;
}

/** The audience of a new campaign. */
export function chooseAudience(input: CampaignAudienceInput | null | undefined): StoredAudience {
  return {
    notRemindedForHours: input?.notRemindedForHours ?? null,
    participation: chooseParticipation(input?.participation),
    groups: distinctGroups(input?.groups ?? []),
  };
}

/** The changes of an audience: absent values stay, null removes restrictions. */
export function toAudienceEdit(input: CampaignAudienceInput | null | undefined): Partial<StoredAudience> {
  if (input === undefined) return {};
  if (input === null) return chooseAudience(null);
  const { notRemindedForHours, participation, groups } = input;
  return {
    ...(notRemindedForHours !== undefined && { notRemindedForHours }),
    ...(participation !== undefined && { participation: chooseParticipation(participation) }),
    ...(groups !== undefined && { groups: distinctGroups(groups ?? []) }),
  };
}
