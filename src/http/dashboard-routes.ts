import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import fastifyStatic from '@fastify/static';
import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { projectPath } from '../config/paths.js';

/** The addresses of the dashboard's own pages; every other one stays what it is for programs: not found. */
const PAGES = [
  '/',
  ...['campaigns', 'polls', 'people', 'installation'].flatMap((part) => [`/${part}`, `/${part}/*`]),
];
const YEAR_MS = 31_536_000_000;

/** Scripts and styles are files of the dashboard, and nobody but the API is talked to. */
const POLICY: FastifyHelmetOptions = {
  frameguard: { action: 'deny' },
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
};

/** Serves the built dashboard at "/". Names of assets carry a hash of their content; the page names them. */
export async function addDashboardRoutes(app: FastifyInstance): Promise<void> {
  const folder = projectPath('dist', 'dashboard');
  if (!existsSync(folder)) return;
  const [page, icon] = await Promise.all([
    readFile(projectPath('dist', 'dashboard', 'index.html')),
    readFile(projectPath('dist', 'dashboard', 'favicon.svg')),
  ]);
  for (const url of PAGES)
    app.get(url, { helmet: POLICY }, (_request, reply) =>
      reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page),
    );
  app.get('/favicon.svg', (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(icon),
  );
  await app.register(fastifyStatic, {
    root: projectPath('dist', 'dashboard', 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: YEAR_MS,
  });
}
