import { createReadStream, existsSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { projectPath } from '../config/paths.js';
import { exampleGroups } from './example-operations.js';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The page and the files it loads, all of them local. GraphiQL is a development dependency. */
const PAGE = ['src', 'http', 'explorer', 'explorer.html'];
const FILES: Readonly<Record<string, string[]>> = {
  'explorer.js': ['src', 'http', 'explorer', 'explorer.js'],
  'explorer.css': ['src', 'http', 'explorer', 'explorer.css'],
  'graphiql.js': ['node_modules', 'graphiql', 'graphiql.min.js'],
  'graphiql.css': ['node_modules', 'graphiql', 'graphiql.min.css'],
  'react.js': ['node_modules', 'react', 'umd', 'react.production.min.js'],
  'react-dom.js': ['node_modules', 'react-dom', 'umd', 'react-dom.production.min.js'],
  'graphql-ws.js': ['node_modules', 'graphql-ws', 'umd', 'graphql-ws.min.js'],
};

/** GraphiQL's script sets inline styles. Scripts come from files only. */
export const EXPLORER_POLICY: FastifyHelmetOptions = {
  frameguard: { action: 'deny' },
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'", 'ws:', 'wss:'],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
};

function send(reply: FastifyReply, path: readonly string[]): FastifyReply {
  const file = projectPath(...path);
  return reply
    .type(CONTENT_TYPES[extname(file)] ?? 'application/octet-stream')
    .header('cache-control', 'no-cache')
    .send(createReadStream(file));
}

/** Whether all files of the page are installed; a production image has none of them. */
export function hasExplorer(): boolean {
  return [PAGE, ...Object.values(FILES)].every((path) => existsSync(projectPath(...path)));
}

export function sendExplorer(reply: FastifyReply): FastifyReply {
  return send(reply, PAGE);
}

/** Serves the files of the explorer at /graphql, and the example operations that it offers. */
export function addExplorerRoutes(app: FastifyInstance): void {
  for (const [name, path] of Object.entries(FILES))
    app.get(`/explorer/${name}`, (_request, reply) => send(reply, path));
  app.get('/explorer/operations', () => exampleGroups());
}
