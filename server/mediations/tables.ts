import type { Migration } from '../feature.ts'

/** Files and signatures lie in the records, as base64: one backup, one transaction, the same on every database. */
export type MediationTables = {
  mediation: {
    id: string
    stage: string
    host: string
    matter: string | null
    created_ms: number
    /** types.ts Mediation without id, stage and rev, as JSON. */
    body: string
    /** Counts up with every change: two at once, one effect. */
    rev: number
  }
  /** The door of one party. Nothing here opens it: hashes only. */
  mediation_door: {
    mediation_id: string
    party: string
    /** SHA-256 of the link's secret. */
    link: string
    /** HMAC of the code under the link's secret: without the link, the code cannot be guessed from it. */
    code: string
    fails: number
    expires_ms: number
    used_ms: number | null
    /** SHA-256 of the cookie. */
    session: string | null
    session_ms: number | null
  }
  mediation_message: {
    mediation_id: string
    seq: number
    channel: string
    kind: string
    by: string
    text: string
    file: string | null
    at_ms: number
  }
  mediation_file: {
    id: string
    mediation_id: string
    channel: string
    name: string
    media: string
    size: number
    hash: string
    body: string
    by: string
    at_ms: number
  }
  mediation_agreement: {
    mediation_id: string
    version: number
    hash: string
    body: string
    /** Set when all have signed. */
    signature: string | null
    algorithm: string | null
    public_key: string | null
    /** What the office's second signature seals: the statement of consents, word for word. */
    statement: string | null
  }
  mediation_signature: {
    mediation_id: string
    party: string
    version: number
    hash: string
    strokes: string
    at_ms: number
    ip: string
  }
  mediation_note: {
    id: string
    mediation_id: string
    action: string
    by: string
    note: string
    seq: number
    at_ms: number
  }
}

export const mediationMigrations: readonly Migration[] = [
  {
    id: 'mediations/001-room',
    async up(db) {
      await db.schema
        .createTable('mediation')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('stage', 'varchar(16)', (c) => c.notNull())
        .addColumn('host', 'varchar(64)', (c) => c.notNull())
        .addColumn('matter', 'varchar(64)')
        .addColumn('created_ms', 'bigint', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('rev', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('mediation_by_time').on('mediation').columns(['created_ms', 'id']).execute()
      await db.schema
        .createTable('mediation_door')
        .addColumn('mediation_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('party', 'varchar(64)', (c) => c.notNull())
        .addColumn('link', 'varchar(64)', (c) => c.notNull().unique())
        .addColumn('code', 'varchar(64)', (c) => c.notNull())
        .addColumn('fails', 'bigint', (c) => c.notNull())
        .addColumn('expires_ms', 'bigint', (c) => c.notNull())
        .addColumn('used_ms', 'bigint')
        .addColumn('session', 'varchar(64)', (c) => c.unique())
        .addColumn('session_ms', 'bigint')
        .addPrimaryKeyConstraint('mediation_door_key', ['mediation_id', 'party'])
        .execute()
      await db.schema
        .createTable('mediation_message')
        .addColumn('mediation_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('channel', 'varchar(64)', (c) => c.notNull())
        .addColumn('kind', 'varchar(16)', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('text', 'text', (c) => c.notNull())
        .addColumn('file', 'varchar(64)')
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('mediation_message_key', ['mediation_id', 'seq'])
        .execute()
      await db.schema
        .createTable('mediation_file')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('mediation_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('channel', 'varchar(64)', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('media', 'varchar(64)', (c) => c.notNull())
        .addColumn('size', 'bigint', (c) => c.notNull())
        .addColumn('hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('mediation_file_of').on('mediation_file').column('mediation_id').execute()
      await db.schema
        .createTable('mediation_agreement')
        .addColumn('mediation_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('version', 'bigint', (c) => c.notNull())
        .addColumn('hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('signature', 'text')
        .addColumn('algorithm', 'varchar(16)')
        .addColumn('public_key', 'text')
        .addColumn('statement', 'text')
        .addPrimaryKeyConstraint('mediation_agreement_key', ['mediation_id', 'version'])
        .execute()
      await db.schema
        .createTable('mediation_signature')
        .addColumn('mediation_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('party', 'varchar(64)', (c) => c.notNull())
        .addColumn('version', 'bigint', (c) => c.notNull())
        .addColumn('hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('strokes', 'text', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('ip', 'varchar(64)', (c) => c.notNull())
        .addPrimaryKeyConstraint('mediation_signature_key', ['mediation_id', 'party', 'version'])
        .execute()
      await db.schema
        .createTable('mediation_note')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('mediation_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('action', 'varchar(32)', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('note', 'text', (c) => c.notNull())
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('mediation_note_of').on('mediation_note').columns(['mediation_id', 'at_ms']).execute()
    },
  },
]
