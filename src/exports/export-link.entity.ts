import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ExportKind } from './export.store.js';

/** A one-time address of an export, of which only the digest is stored. */
@Entity('export_link')
export class ExportLink {
  @PrimaryColumn({ name: 'code_hash', type: 'bytea', primaryKeyConstraintName: 'export_link_pk' })
  codeHash!: Buffer;

  @Column({ type: 'text' })
  kind!: ExportKind;

  /** A campaign or a poll. */
  @Column({ name: 'subject_id', type: 'bigint' })
  subjectId!: string;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3 })
  expiresAt!: Date;
}
