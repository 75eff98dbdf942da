import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { FAILURE_CODES, FAILURES, type FailureCode } from './ending.js';

const CampaignFailureCode = Object.fromEntries(FAILURE_CODES.map((code) => [code, code]));

registerEnumType(CampaignFailureCode, {
  name: 'CampaignFailureCode',
  description: 'Why the system stopped a campaign. Closed list; docs/errors.md explains each.',
  valuesConfig: Object.fromEntries(
    FAILURE_CODES.map((code) => [code, { description: FAILURES[code].meaning }]),
  ),
});

@ObjectType({ description: 'Why a campaign is FAILED, or was paused by the system.' })
export class CampaignFailure {
  @Field(() => CampaignFailureCode, { description: 'Stable code, for programs.' })
  code!: FailureCode;

  @Field(() => String, { description: 'A sentence that says what happened and what to do.' })
  message!: string;
}
