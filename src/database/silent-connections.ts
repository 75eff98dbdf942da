import type { Client } from 'pg';
import { EventSubscriber, type EntitySubscriberInterface } from 'typeorm';
import type { AfterQueryEvent } from 'typeorm/subscriber/event/QueryEvent.js';

/** How pg says that a statement has taken longer than it may; there is no code to tell it by. */
const TIMED_OUT = 'Query read timeout';

/**
 * TypeORM returns a connection to its pool also after a statement that timed out, and the next one would wait behind
 * that: its connection is closed instead.
 */
@EventSubscriber()
export class SilentConnections implements EntitySubscriberInterface {
  async afterQuery({ error, queryRunner }: AfterQueryEvent): Promise<void> {
    if (!(error instanceof Error) || error.message !== TIMED_OUT) return;
    const client = (await queryRunner.connect()) as Client;
    // It says goodbye to nobody: what is busy is cut off.
    void client.end();
  }
}
