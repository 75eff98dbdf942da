import { graphql } from '../../src/cli/graphql.js';
import type { TestApp } from './app.js';
import { waitFor } from './wait.js';

/** A query that no test sends, and the end of the statement that it takes after the one for its token. */
const MARKER = { query: graphql('{ polls(first: 97) { nodes { id } } }'), end: ' LIMIT 98' };

/** What a process looks up now and then, whatever it is asked. */
const BY_ITSELF =
  /\binstallation\b|sent_users AS "sentUsers" FROM notification_campaign WHERE status = 'PROCESSING'/;

/** The SQL of every statement in the output of an app with LOG_LEVEL=trace, in order. */
function statementsIn(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.includes('"msg":"statement"') && line.endsWith('}'))
    .map((line) => (JSON.parse(line) as { sql: string }).sql)
    .filter((sql) => !BY_ITSELF.test(sql));
}

/** The statements up to now: output comes in order, so that none is missing once the marker has come. */
async function statementsUpToNow(app: TestApp, output: () => string): Promise<string[]> {
  const markers = statementsIn(output()).filter((sql) => sql.endsWith(MARKER.end)).length;
  await app.client().run(MARKER.query);
  return waitFor('the statement of the marker', () => {
    const statements = statementsIn(output());
    return statements.filter((sql) => sql.endsWith(MARKER.end)).length > markers && statements;
  });
}

/**
 * Runs `work` against an app that serves the API only, with LOG_LEVEL=trace.
 * @returns the statements that it took
 */
export async function statementsOf(app: TestApp, work: () => Promise<unknown>): Promise<string[]> {
  const output = app.outputFromNow();
  const before = await statementsUpToNow(app, output);
  await work();
  const after = await statementsUpToNow(app, output);
  return after.slice(before.length, -2);
}
