import { DELIVERY_TRANSITIONS } from '../../delivery/delivery-lifecycle.js';
import { DeliveryStatus } from '../../delivery/delivery.entity.js';
import { CampaignStatus, TRANSITIONS } from '../../campaigns/lifecycle.js';
import { erDiagram } from './er-diagram.js';
import { stateDiagram } from './state-diagram.js';

/** Made by libraries, which document them. */
const FOREIGN_TABLES = ['agenda_jobs', 'migration'];

/** docs/diagrams.md, from the tables of transitions and the dump of the database schema. */
export function diagrams(databaseDump: string): string {
  return `# Diagrams

Written by \`npm run generate\` from the code and the database schema; \`npm run generate -- --check\` holds it to them.

## A campaign

Every change of status is one compare-and-set of a row of the table of transitions. \`refuse\` is \`fail\` because Telegram
refuses the text itself; \`holdSchedule\` pauses a campaign that could not start when it was due.

${stateDiagram(CampaignStatus.PENDING, TRANSITIONS)}

## A delivery

One reminder to one recipient. \`SENDING\` is committed before the request goes out, so that a process that dies leaves a
trace. Only \`retry\`, which an operator asks for, brings an \`UNCONFIRMED\` delivery back.

${stateDiagram(DeliveryStatus.PENDING, DELIVERY_TRANSITIONS)}

## The database

[schema/database.sql](../schema/database.sql) has indexes, checks and functions as well.

${erDiagram(databaseDump, FOREIGN_TABLES)}
`;
}
