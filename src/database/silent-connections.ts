import type { Client } from 'pg';
import { EventSubscriber, type EntitySubscriberInterface } from 'typeorm';
import type { AfterQueryEvent } from 'typeorm/subscriber/event/QueryEvent.js';

/** pg's message for a statement that exceeded its time limit; there is no code for it. */
const TIMED_OUT = 'Query read timeout';

/**
 * Closes the connection of a statement that timed out. TypeORM would return it to the pool, where the next statement would
 * wait behind the old one.
 */
@EventSubscriber()
export class SilentConnections implements EntitySubscriberInterface {
  async afterQuery({ error, queryRunner }: AfterQueryEvent): Promise<void> {
    if (!(error instanceof Error) || error.message !== TIMED_OUT) return;
    const client = (await queryRunner.connect()) as Client;
    // A busy connection is closed at once.
    void client.end();
  }
}
