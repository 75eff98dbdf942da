import { registerEnumType } from 'type-graphql';

/** How far a user is with a poll. */
export enum Participation {
  NOT_STARTED = 'NOT_STARTED',
  STARTED = 'STARTED',
  COMPLETED = 'COMPLETED',
}

/** Campaigns address nobody who has completed the poll. */
export type AddressedParticipation = Exclude<Participation, Participation.COMPLETED>;

registerEnumType(Participation, {
  name: 'Participation',
  description: 'How far somebody is with a poll.',
  valuesConfig: {
    NOT_STARTED: { description: 'Has answered no question.' },
    STARTED: { description: 'Has answered some but not all questions.' },
    COMPLETED: { description: 'Has answered every question, in Telegram or elsewhere.' },
  },
});
