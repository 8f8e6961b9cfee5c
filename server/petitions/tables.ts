import type { Migration } from '../feature.ts'

export type PetitionTables = {
  petition: {
    id: string
    no: string
    title: string
    demand: string
    kind: string
    channel: string
    received_on: string
    people: number
    anonymous: number
    /** JSON `{name, phone}`; null = none. */
    contact: string | null
    object: string | null
    area: string | null
    case_no: string | null
    /** Number in 信访 2.0: an import never registers it twice. */
    external_no: string | null
    department: string
    handler: string | null
    leader: string | null
    colour: string | null
    colour_ms: number | null
    stage: string
    open: number
    pending: string | null
    /** Approval that is waited for. */
    pending_id: string | null
    pending_until_ms: number | null
    score: number | null
    /** The last assessment as JSON. */
    assessment: string | null
    exempt: string | null
    /** A result has been given: no further months are owed. */
    answered: number
    attempts: number
    first_action_due_ms: number | null
    review_due: string | null
    closed_on: string | null
    /** JSON `[{days, doneOn}]`. */
    revisits: string
    /** The nearest clock, for order and for what is late; a far day where none runs. */
    next_due_ms: number
    registered_ms: number
    moved_ms: number
    /** Counts up with every step: two at once, one effect. */
    rev: number
  }
  petition_reply: {
    petition_id: string
    kind: string
    n: number
    due: string
    unrolled: string
    basis: string
    done_on: string | null
  }
  petition_step: {
    id: string
    petition_id: string
    step: string
    by: string
    at_ms: number
    text: string
    /** JSON `[{hash, name, size}]`. */
    files: string
    from_colour: string | null
    to_colour: string | null
    outcome: string | null
    seq: number
    hash: string
  }
  petition_file: { hash: string; name: string; size: number; body: string; by: string; at_ms: number }
  petition_file_use: { hash: string; petition_id: string }
  petition_outbox: {
    id: string
    petition_id: string
    unit: string
    kind: string
    text: string
    files: string
    by: string
    sent_ms: number
    receipt_ms: number | null
    receipt_who: string | null
    receipt_text: string | null
  }
  /** Facts for the three zeros; nothing updates or deletes them. */
  petition_fact: {
    id: string
    petition_id: string
    no: string
    signal: string
    day: string
    what: string
    veto: string | null
    department: string
    at_ms: number
    by: string
  }
  /** Tasks and alerts that stand for a clock. */
  petition_told: { petition_id: string; clock: string; due_ms: number; alerted: number; cleared_ms: number | null }
}

export const petitionMigrations: readonly Migration[] = [
  {
    id: 'petitions/001-matters',
    async up(db) {
      await db.schema
        .createTable('petition')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('no', 'varchar(64)', (c) => c.notNull().unique())
        .addColumn('title', 'text', (c) => c.notNull())
        .addColumn('demand', 'text', (c) => c.notNull())
        .addColumn('kind', 'varchar(64)', (c) => c.notNull())
        .addColumn('channel', 'varchar(16)', (c) => c.notNull())
        .addColumn('received_on', 'varchar(10)', (c) => c.notNull())
        .addColumn('people', 'integer', (c) => c.notNull())
        .addColumn('anonymous', 'integer', (c) => c.notNull())
        .addColumn('contact', 'text')
        .addColumn('object', 'text')
        .addColumn('area', 'varchar(64)')
        .addColumn('case_no', 'varchar(128)')
        .addColumn('external_no', 'varchar(128)', (c) => c.unique())
        .addColumn('department', 'varchar(64)', (c) => c.notNull())
        .addColumn('handler', 'varchar(64)')
        .addColumn('leader', 'varchar(64)')
        .addColumn('colour', 'varchar(8)')
        .addColumn('colour_ms', 'bigint')
        .addColumn('stage', 'varchar(16)', (c) => c.notNull())
        .addColumn('open', 'integer', (c) => c.notNull())
        .addColumn('pending', 'varchar(16)')
        .addColumn('pending_id', 'varchar(64)')
        .addColumn('pending_until_ms', 'bigint')
        .addColumn('score', 'integer')
        .addColumn('assessment', 'text')
        .addColumn('exempt', 'varchar(16)')
        .addColumn('answered', 'integer', (c) => c.notNull())
        .addColumn('attempts', 'integer', (c) => c.notNull())
        .addColumn('first_action_due_ms', 'bigint')
        .addColumn('review_due', 'varchar(10)')
        .addColumn('closed_on', 'varchar(10)')
        .addColumn('revisits', 'text', (c) => c.notNull())
        .addColumn('next_due_ms', 'bigint', (c) => c.notNull())
        .addColumn('registered_ms', 'bigint', (c) => c.notNull())
        .addColumn('moved_ms', 'bigint', (c) => c.notNull())
        .addColumn('rev', 'integer', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('petition_open_due').on('petition').columns(['open', 'next_due_ms']).execute()
      await db.schema
        .createTable('petition_reply')
        .addColumn('petition_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('kind', 'varchar(16)', (c) => c.notNull())
        .addColumn('n', 'integer', (c) => c.notNull())
        .addColumn('due', 'varchar(10)', (c) => c.notNull())
        .addColumn('unrolled', 'varchar(10)', (c) => c.notNull())
        .addColumn('basis', 'text', (c) => c.notNull())
        .addColumn('done_on', 'varchar(10)')
        .addPrimaryKeyConstraint('petition_reply_key', ['petition_id', 'kind', 'n'])
        .execute()
      await db.schema
        .createTable('petition_step')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('petition_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('step', 'varchar(24)', (c) => c.notNull())
        .addColumn('by', 'varchar(80)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('text', 'text', (c) => c.notNull())
        .addColumn('files', 'text', (c) => c.notNull())
        .addColumn('from_colour', 'varchar(8)')
        .addColumn('to_colour', 'varchar(8)')
        .addColumn('outcome', 'varchar(16)')
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('hash', 'varchar(64)', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('petition_step_of').on('petition_step').columns(['petition_id', 'seq']).execute()
      await db.schema.createIndex('petition_step_when').on('petition_step').columns(['at_ms']).execute()
      await db.schema
        .createTable('petition_file')
        .addColumn('hash', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('size', 'bigint', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('by', 'varchar(80)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('petition_file_use')
        .addColumn('hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('petition_id', 'varchar(64)', (c) => c.notNull())
        .addPrimaryKeyConstraint('petition_file_use_key', ['hash', 'petition_id'])
        .execute()
      await db.schema
        .createTable('petition_outbox')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('petition_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('unit', 'varchar(64)', (c) => c.notNull())
        .addColumn('kind', 'varchar(16)', (c) => c.notNull())
        .addColumn('text', 'text', (c) => c.notNull())
        .addColumn('files', 'text', (c) => c.notNull())
        .addColumn('by', 'varchar(80)', (c) => c.notNull())
        .addColumn('sent_ms', 'bigint', (c) => c.notNull())
        .addColumn('receipt_ms', 'bigint')
        .addColumn('receipt_who', 'text')
        .addColumn('receipt_text', 'text')
        .execute()
      await db.schema.createIndex('petition_outbox_of').on('petition_outbox').columns(['petition_id']).execute()
      await db.schema
        .createTable('petition_fact')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('petition_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('no', 'varchar(64)', (c) => c.notNull())
        .addColumn('signal', 'varchar(64)', (c) => c.notNull())
        .addColumn('day', 'varchar(10)', (c) => c.notNull())
        .addColumn('what', 'text', (c) => c.notNull())
        .addColumn('veto', 'varchar(64)')
        .addColumn('department', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('by', 'varchar(80)', (c) => c.notNull())
        .addUniqueConstraint('petition_fact_once', ['petition_id', 'signal', 'day'])
        .execute()
      await db.schema
        .createTable('petition_told')
        .addColumn('petition_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('clock', 'varchar(16)', (c) => c.notNull())
        .addColumn('due_ms', 'bigint', (c) => c.notNull())
        .addColumn('alerted', 'integer', (c) => c.notNull())
        .addColumn('cleared_ms', 'bigint')
        .addPrimaryKeyConstraint('petition_told_key', ['petition_id', 'clock', 'due_ms'])
        .execute()
    },
  },
]
