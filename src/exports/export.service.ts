import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { endingBy, type AuditTrail } from '../access/audit-trail.js';
import { digestToken } from '../access/bearer-token.js';
import { forbidden, Role, type Identity } from '../access/identity.js';
import { badUserInput, CodedError } from '../kernel/errors.js';
import { describeMissing, isRowId, toKey } from '../kernel/ids.js';
import { EXPORT_KINDS, type ExportShape, type ExportStore, type ExportSubject } from './export.store.js';

/** How long an address is good for. */
const LINK_LIFETIME_MS = 60_000;
const CODE_BYTES = 24;

const COLUMNS: Readonly<Record<ExportShape, readonly string[]>> = {
  deliveries: [
    'userId',
    'username',
    'firstName',
    'lastName',
    'status',
    'reason',
    'detail',
    'attempts',
    'sentAt',
    'openedAt',
    'convertedAt',
    'updatedAt',
  ],
  participants: [
    'userId',
    'username',
    'firstName',
    'lastName',
    'status',
    'groups',
    'participation',
    'answeredQuestions',
    'completedAt',
    'remindersSent',
    'lastRemindedAt',
    'declined',
    'remindAt',
  ],
  answers: ['position', 'question', 'userId', 'username', 'firstName', 'lastName', 'answer', 'answeredAt'],
  counts: ['position', 'question', 'answer', 'count'],
};

export interface ExportLinkAnswer {
  code: string;
  expiresAt: Date;
}

export interface ExportFile {
  name: string;
  /** CSV in UTF-8 with a byte order mark, as spreadsheets need it. */
  content: Readable;
}

/** Writes people's data as CSV, to those who may see people. */
export class ExportService {
  constructor(
    private readonly exports: ExportStore,
    private readonly audit: AuditTrail,
    private readonly viewersSeePeople: boolean,
  ) {}

  /**
   * Gives a one-time address, since a link cannot carry a token.
   * @throws FORBIDDEN, BAD_USER_INPUT, NOT_FOUND
   */
  createLink(identity: Identity, kind: unknown, id: unknown): Promise<ExportLinkAnswer> {
    const subject = readSubject(kind, id);
    const [campaignId, pollId] =
      subject.kind === 'deliveries' ? [subject.subjectId, null] : [null, subject.subjectId];
    const call = { identity, action: 'export', campaignId, pollId, detail: subject.kind };
    return this.audit.record(
      call,
      () => this.addLink(identity, subject),
      () => endingBy(undefined),
    );
  }

  /** @returns undefined for an address that is unknown, used or expired */
  async open(code: string): Promise<ExportFile | undefined> {
    const subject = await this.exports.takeLink(digestToken(code));
    if (!subject) return undefined;
    const { kind, subjectId } = subject;
    const shape = await this.exports.shape(subject);
    const owner = kind === 'deliveries' ? 'campaign' : 'poll';
    const writer = stringify({
      header: true,
      bom: true,
      columns: [...COLUMNS[shape]],
      // A cell that begins like a formula would be one in a spreadsheet.
      escape_formulas: true,
      cast: { date: (value) => value.toISOString(), boolean: String },
    });
    const source = Readable.from(this.exports.rows(shape, subjectId));
    source.on('error', (error) => writer.destroy(error));
    writer.on('close', () => source.destroy());
    return {
      name: `${owner}-${subjectId}-${kind}-${new Date().toISOString().slice(0, 10)}.csv`,
      content: source.pipe(writer),
    };
  }

  private async addLink(identity: Identity, subject: ExportSubject): Promise<ExportLinkAnswer> {
    if (identity.role === Role.VIEWER && !this.viewersSeePeople) throw forbidden([Role.OPERATOR, Role.ADMIN]);
    if (!(await this.exports.exists(subject))) {
      const type = subject.kind === 'deliveries' ? 'campaign' : 'poll';
      throw new CodedError('NOT_FOUND', describeMissing(type, subject.subjectId));
    }
    const code = randomBytes(CODE_BYTES).toString('base64url');
    return { code, expiresAt: await this.exports.addLink(digestToken(code), subject, LINK_LIFETIME_MS) };
  }
}

function readSubject(kind: unknown, id: unknown): ExportSubject {
  const known = EXPORT_KINDS.find((name) => name === kind);
  if (!known) throw badUserInput(`kind must be one of ${EXPORT_KINDS.join(', ')}.`);
  const type = known === 'deliveries' ? 'campaign' : 'poll';
  const subjectId = typeof id === 'string' || typeof id === 'number' ? toKey(type, String(id)) : '';
  if (!isRowId(subjectId)) throw badUserInput(`id must be the id of a ${type}, such as ${type}_1.`);
  return { kind: known, subjectId };
}
