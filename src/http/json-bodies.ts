import type { FastifyInstance } from 'fastify';
import { requestError } from '../graphql/errors.js';

/** The API's variables have 4 levels. A body nested as deeply as its size allows costs far more than parsing it. */
export const MAX_JSON_DEPTH = 64;

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\[]{}');

/** Whether a JSON text has too many levels. One pass, before the text is parsed. */
export function isNestedTooDeeply(text: Uint8Array, maxDepth = MAX_JSON_DEPTH): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index];
    if (inString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth -= 1;
  }
  return false;
}

/** Fastify's JSON parser with a depth limit. Compressed bodies are refused: they would be unpacked for strangers. */
export function limitJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isNestedTooDeeply(body)) {
      const message = `The body of the request is nested in more than ${MAX_JSON_DEPTH} levels.`;
      done(requestError('BAD_REQUEST', message));
      return;
    }
    void parse(request, body.toString('utf8'), done);
  });
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() === 'identity') {
      done(null, payload);
      return;
    }
    const message = 'Send the body as it is: content-encoding is not supported.';
    done(requestError('UNSUPPORTED_MEDIA_TYPE', message, { status: 415 }));
  });
}
