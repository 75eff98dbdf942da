import { describeMissing, isRowId } from '../kernel/ids.js';
import { pause } from '../kernel/pause.js';
import { refusal, success, userError, UserErrorCode, type Result } from '../kernel/user-error.js';
import type { ErasureStore } from './erasure.store.js';

/** Longer than a request to Telegram takes, with the takeover of a worker that died over it. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 100;

/** Erases people. */
export class ErasureService {
  constructor(private readonly people: ErasureStore) {}

  /** Waits for a message to the person that is under way. @returns the id of the person who is gone */
  async erase(id: string): Promise<Result<string>> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const erasure = isRowId(id) ? await this.people.erase(id) : 'unknown';
      if (erasure === 'erased') return success(id);
      if (erasure === 'unknown')
        return refusal(userError(UserErrorCode.NOT_FOUND, describeMissing('user', id), ['id']));
      if (performance.now() > deadline) {
        const message =
          'A message to this user is still under way; nothing else will be sent. Try again in a minute.';
        return refusal(userError(UserErrorCode.INVALID_STATE, message, ['id']));
      }
      await pause(LOOK_AGAIN_MS);
    }
  }
}
