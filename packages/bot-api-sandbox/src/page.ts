import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

const FILES = new Map([
  ['/', { name: 'page.html', type: 'text/html; charset=utf-8' }],
  ['/page.js', { name: 'page.js', type: 'text/javascript; charset=utf-8' }],
  ['/page.css', { name: 'page.css', type: 'text/css; charset=utf-8' }],
]);

/** It asks its own server alone, and runs no script but its own, whatever a message says. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the page on which a developer is a person in a chat. @returns whether the path is one of it */
export async function answerPage(url: string, response: ServerResponse): Promise<boolean> {
  const file = FILES.get(url.split('?', 1)[0] ?? '');
  if (file === undefined) return false;
  // The folder lies beside src/ and dist/.
  const content = await readFile(new URL(`../page/${file.name}`, import.meta.url));
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': content.length,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(content);
  return true;
}
