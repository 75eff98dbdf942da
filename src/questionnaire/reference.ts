import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a button or a deep link is for. */
export type Target =
  | { kind: 'open'; pollId: string }
  /** A page of the polls that are offered, from 1. */
  | { kind: 'polls'; page: number }
  /** `page` from 1; 0 is the page of the chosen option. */
  | { kind: 'show'; questionId: string; page: number }
  /** `revision` is that at which the question was shown. */
  | { kind: 'answer'; questionId: string; optionId: string; revision: number }
  /** The menu of a reminder. */
  | { kind: 'menu' | 'laterMenu' | 'decline' | 'accept' | 'stopMenu' | 'stop'; pollId: string }
  /** `minute` is when to remind again, in minutes since 1970: pressed twice, or late, it is the same time. */
  | { kind: 'later'; pollId: string; minute: number };

/** A target for the one person that it is signed for; `campaignId` is that of the reminder which it belongs to, if any. */
export type Reference = Target & { campaignId: string | null };

export type ReferenceKind = Reference['kind'];

interface Layout {
  code: number;
  fields: readonly string[];
}

/** The fields of each kind in the order in which they are written. Codes stay: old buttons carry them. */
const LAYOUTS: Readonly<Record<ReferenceKind, Layout>> = {
  open: { code: 1, fields: ['campaignId', 'pollId'] },
  show: { code: 2, fields: ['campaignId', 'questionId', 'page'] },
  answer: { code: 3, fields: ['campaignId', 'questionId', 'optionId', 'revision'] },
  menu: { code: 4, fields: ['campaignId', 'pollId'] },
  laterMenu: { code: 5, fields: ['campaignId', 'pollId'] },
  later: { code: 6, fields: ['campaignId', 'pollId', 'minute'] },
  decline: { code: 7, fields: ['campaignId', 'pollId'] },
  accept: { code: 8, fields: ['campaignId', 'pollId'] },
  stopMenu: { code: 9, fields: ['campaignId', 'pollId'] },
  stop: { code: 10, fields: ['campaignId', 'pollId'] },
  polls: { code: 11, fields: ['campaignId', 'page'] },
};

/** Fields that are numbers; all others are ids. */
const NUMBERS: readonly string[] = ['page', 'revision', 'minute'];

/** With the largest ids a reference has 57 of the 64 characters that Telegram takes. */
const SIGNATURE_BYTES = 10;
const MAX_CHARACTERS = 64;
const FORM = /^[\w-]+$/;

/** Writes and reads references, signed by the key of the installation. */
export class References {
  constructor(private readonly key: Buffer) {}

  /** @returns characters that fit callback data and deep links alike */
  write(userId: string, reference: Reference): string {
    const { code, fields } = LAYOUTS[reference.kind];
    const values = reference as unknown as Readonly<Record<string, string | number | null>>;
    const body = Buffer.from([code, ...fields.flatMap((field) => writeNumber(BigInt(values[field] ?? 0)))]);
    return Buffer.concat([body, this.sign(userId, body)]).toString('base64url');
  }

  /** @returns undefined for anything that this installation has not written for this person */
  read(userId: string, text: string): Reference | undefined {
    if (text.length > MAX_CHARACTERS || !FORM.test(text)) return undefined;
    const bytes = Buffer.from(text, 'base64url');
    const body = bytes.subarray(0, -SIGNATURE_BYTES);
    const signature = bytes.subarray(-SIGNATURE_BYTES);
    if (body.length === 0 || !timingSafeEqual(signature, this.sign(userId, body))) return undefined;
    return readBody(body);
  }

  private sign(userId: string, body: Buffer): Buffer {
    const mac = createHmac('sha256', this.key).update(`${userId}:`).update(body);
    return mac.digest().subarray(0, SIGNATURE_BYTES);
  }
}

/** A signed body of a kind that only a newer version knows is no reference for this one. */
function readBody(body: Buffer): Reference | undefined {
  const found = Object.entries(LAYOUTS).find(([, { code }]) => code === body[0]);
  if (!found) return undefined;
  const [kind, { fields }] = found;
  const numbers = readNumbers(body.subarray(1));
  if (numbers.length !== fields.length) return undefined;
  const values = fields.map((field, index) => [field, toValue(field, numbers[index] ?? 0n)] as const);
  return { kind, ...Object.fromEntries(values) } as Reference;
}

function toValue(field: string, value: bigint): string | number | null {
  if (NUMBERS.includes(field)) return Number(value);
  return value === 0n ? null : String(value);
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function writeNumber(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}

function readNumbers(bytes: Buffer): bigint[] {
  const numbers: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) continue;
    numbers.push(value);
    [value, shift] = [0n, 0n];
  }
  return numbers;
}
