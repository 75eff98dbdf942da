import { readdirSync, readFileSync } from 'node:fs';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { ApolloServerPlugin } from '@apollo/server';
import { projectPath } from '../config/paths.js';

/** The example operations that README, Sandbox and tests use, one after the other. */
function exampleOperations(): string {
  const folder = projectPath('schema', 'operations');
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'));
  return files
    .sort()
    .map((file) => readFileSync(projectPath('schema', 'operations', file), 'utf8').trim())
    .join('\n\n');
}

/**
 * Apollo Sandbox with the example operations in it.
 * @param token filled in as the authorization header; only for an installation that nobody else can reach
 */
export function sandboxPage(token: string | undefined): ApolloServerPlugin {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  return ApolloServerPluginLandingPageLocalDefault({
    document: exampleOperations(),
    headers,
    embed: { runTelemetry: false, initialState: { sharedHeaders: headers } },
    footer: false,
  });
}
