// Serves this folder and the client library at http://127.0.0.1:8081, or at the port that is given.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const [port = '8081'] = process.argv.slice(2);
const PAGE = { '/': 'index.html', '/main.js': 'main.js' };
const LIBRARY = '../../node_modules/graphql-ws/dist/';
const TYPES = { html: 'text/html', js: 'text/javascript' };

function fileOf(path) {
  const name = PAGE[path] ?? (/^\/graphql-ws\/[\w-]+\.js$/.test(path) ? LIBRARY + path.slice(12) : undefined);
  return name && fileURLToPath(new URL(name, import.meta.url));
}

const server = createServer(async ({ url }, response) => {
  const file = fileOf(new URL(url, 'http://localhost').pathname);
  const content = file && (await readFile(file).catch(() => undefined));
  if (!content) return response.writeHead(404).end();
  const type = TYPES[file.split('.').at(-1)];
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(content);
});
server.listen(Number(port), '127.0.0.1', () => {
  const { port: opened } = server.address();
  console.log(`Open http://127.0.0.1:${opened}; the API needs CORS_ORIGINS=http://127.0.0.1:${opened}.`);
});
