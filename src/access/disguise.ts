import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { Identity } from './identity.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_ID = 2n ** 63n - 1n;

/** The part of an operation's context that says whether who asks may see people. */
export interface PeopleVisibility {
  identity: Identity;
  /** Set if names and Telegram ids are hidden. */
  disguise?: Disguise | undefined;
}

/** Stands in for what would tell who somebody is: the same for the same person, as clients keep objects by id. */
export class Disguise {
  private readonly key: Buffer;

  /** @param secret shared by all processes, so that ids and cursors are equal in each */
  constructor(secret: Buffer) {
    this.key = createHmac('sha256', secret).update('people hidden from viewers').digest();
  }

  /** An id in place of that of a user. */
  idOf(userId: string): string {
    const digest = createHmac('sha256', this.key).update(userId).digest();
    return String(digest.readBigUInt64BE() & MAX_ID || 1n);
  }

  /** Encrypts a cursor, which holds the id of a user. The nonce follows from it, so that equal cursors stay equal. */
  seal(cursor: string): string {
    const nonce = createHmac('sha256', this.key).update(`cursor ${cursor}`).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, nonce);
    const text = Buffer.concat([cipher.update(cursor, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
  }

  /** @returns undefined if it was not sealed with this key */
  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return (
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      return undefined;
    }
  }
}
