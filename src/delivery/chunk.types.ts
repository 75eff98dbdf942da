import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../graphql-types/connection.js';
import type { ChunkState } from './chunk.entity.js';

/** States by their names in the API; the stored name of one is older. */
export const PublicChunkState: Readonly<Record<string, ChunkState>> = {
  WAITING: 'WAITING',
  RUNNING: 'RUNNING',
  DONE: 'DONE',
  QUARANTINED: 'SET_ASIDE',
};

registerEnumType(PublicChunkState, {
  name: 'ChunkState',
  description: 'State of a chunk.',
  valuesConfig: {
    WAITING: { description: 'Waits for a worker, from dueAt on.' },
    RUNNING: { description: 'A worker sends to it.' },
    DONE: { description: 'Nobody in it is pending.' },
    QUARANTINED: { description: 'It ended several workers, and is left alone until deliveries are retried.' },
  },
});

@ObjectType('CampaignChunk', {
  description: 'A part of the audience of a campaign, which one worker sends to at a time.',
})
export class ChunkView {
  @Field(() => Int, { description: 'Place in the campaign, from 0.' })
  number!: number;

  @Field(() => PublicChunkState, { description: 'State of the chunk.' })
  state!: ChunkState;

  @Field(() => Int, { description: 'Recipients in it who are pending.' })
  pendingUsers!: number;

  @Field(() => Date, { nullable: true, description: 'When it may be worked on, while it waits.' })
  dueAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Machine and process id of its worker, while it runs.',
  })
  worker!: string | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When another worker takes over, unless its own extends the lease.',
  })
  leaseExpiresAt!: Date | null;

  @Field(() => Int, {
    description:
      'Claims in a row that ended and had sent nothing; after a few it is quarantined. That of its worker does not count.',
  })
  attempts!: number;
}

export const ChunkConnection = connectionType(ChunkView, 'CampaignChunk');
