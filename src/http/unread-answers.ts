import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeyCounter } from '../kernel/key-counter.js';
import { addressKey } from '../graphql/request-rates.js';
import { requestError } from '../graphql/errors.js';
import { MAX_RESULT_BYTES, resultTooLarge } from '../graphql/result-size.js';

/** How long a client may read nothing of a waiting response. Node checks once in that time. */
const STILL_TIMEOUT_MS = 30_000;
/** Limits of unread responses: of this process, and of one address. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const MAX_UNREAD_BYTES_PER_ADDRESS = 16 * 1024 * 1024;
/** Responses up to this size are always sent, so that slow readers do not block others. */
const SMALL_ANSWER_BYTES = 64 * 1024;
const RETRY_AFTER = { 'retry-after': '10' };

/**
 * Checks a response against the unread bytes of its address, and of all.
 * @throws RESULT_TOO_LARGE; TOO_MUCH_UNREAD with status 429 when it is this address, 503 when it is all together
 */
function check(unread: KeyCounter, address: string, bytes: number): void {
  if (bytes > MAX_RESULT_BYTES) throw resultTooLarge(bytes);
  if (bytes <= SMALL_ANSWER_BYTES) return;
  if (unread.count(address) + bytes > MAX_UNREAD_BYTES_PER_ADDRESS) {
    const message = 'This address has not read its answers yet: read them before you ask for more.';
    throw requestError('TOO_MUCH_UNREAD', message, { status: 429, headers: RETRY_AFTER });
  }
  if (unread.total + bytes > MAX_UNREAD_BYTES) {
    const message = 'This process holds as many unread answers as it can: try again later.';
    throw requestError('TOO_MUCH_UNREAD', message, { status: 503, headers: RETRY_AFTER });
  }
}

/** Limits the memory that unread responses take. */
export function limitUnreadAnswers(app: FastifyInstance): void {
  const unread = new KeyCounter();
  const answered = new WeakSet<FastifyReply>();

  function hold(request: FastifyRequest, { raw }: FastifyReply, bytes: number): void {
    const { socket } = request.raw;
    // The client is gone: nothing is held, and no 'close' event would release it.
    if (socket.destroyed) return;
    const address = addressKey(request.ip);
    unread.add(address, bytes);
    raw.once('close', () => {
      unread.add(address, -bytes);
    });
    // Node counts writes as activity, and resets this timeout after the last one.
    socket.setTimeout(STILL_TIMEOUT_MS);
  }

  app.addHook('onSend', (request, reply, payload, done) => {
    const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.byteLength(payload) : 0;
    // The error response that replaces a refused one passes here as well.
    if (!answered.has(reply)) {
      answered.add(reply);
      try {
        check(unread, addressKey(request.ip), bytes);
      } catch (error) {
        reply.removeHeader('content-length');
        done(error as Error);
        return;
      }
    }
    hold(request, reply, bytes);
    done();
  });
}
