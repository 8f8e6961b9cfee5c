import type { Migration } from '../feature.ts'

export type WindowTables = {
  window_filing: {
    id: string
    receipt: string
    /** HMAC of the query code. */
    code_hash: string
    kind: string
    title: string
    demand: string
    object: string | null
    case_no: string | null
    anonymous: number
    contact_name: string | null
    contact_phone: string | null
    state: string
    received_ms: number
    due: string | null
    basis: string
    matter_id: string | null
    matter_no: string | null
    /** 1 once the alert of the missed day stands. */
    late: number
    rev: number
  }
  window_appointment: {
    id: string
    receipt: string
    code_hash: string
    kind: string
    lawyer: string
    licence: string
    firm: string
    phone: string
    case_no: string
    client: string
    /** JSON list of days. */
    wanted: string
    note: string | null
    state: string
    received_ms: number
    due: string | null
    basis: string
    notice: string | null
    late: number
    rev: number
  }
  /** The bytes lie beside the records, under their hash. `owner` null: uploaded and not yet handed in. */
  window_file: {
    id: string
    owner: string | null
    n: number
    name: string
    type: string
    size: number
    hash: string
    scan: string
    at_ms: number
  }
  /** What was done; `told` = the holder of the receipt reads it. */
  window_note: {
    id: string
    owner: string
    seq: number
    at_ms: number
    by: string
    what: string
    text: string
    told: number
  }
  window_code: {
    id: string
    case_id: string
    case_no: string
    /** `case_no` as it is compared. */
    case_key: string
    relation: string
    /** Surname and asterisks: all that the desk shows. */
    shown: string
    name_hash: string
    number_hash: string
    code_hash: string
    issued_ms: number
    issued_by: string
    expires_ms: number
    revoked_ms: number | null
    uses: number
    used_ms: number | null
  }
  /** Wrong answers by receipt, case or address, named by a hash. */
  window_lock: { key: string; count: number; last_ms: number; locked_until: number | null }
  window_publication: {
    id: string
    title: string
    /** JSON, small numbers already taken out. */
    items: string
    published_ms: number
    proposer: string
    approver: string
  }
}

export const windowMigrations: readonly Migration[] = [
  {
    id: 'window/001-window',
    async up(db) {
      const { schema } = db
      await schema
        .createTable('window_filing')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('receipt', 'varchar(40)', (c) => c.notNull().unique())
        .addColumn('code_hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('kind', 'varchar(16)', (c) => c.notNull())
        .addColumn('title', 'text', (c) => c.notNull())
        .addColumn('demand', 'text', (c) => c.notNull())
        .addColumn('object', 'text')
        .addColumn('case_no', 'varchar(200)')
        .addColumn('anonymous', 'integer', (c) => c.notNull())
        .addColumn('contact_name', 'varchar(200)')
        .addColumn('contact_phone', 'varchar(64)')
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('received_ms', 'bigint', (c) => c.notNull())
        .addColumn('due', 'varchar(10)')
        .addColumn('basis', 'varchar(400)', (c) => c.notNull())
        .addColumn('matter_id', 'varchar(64)')
        .addColumn('matter_no', 'varchar(100)')
        .addColumn('late', 'integer', (c) => c.notNull())
        .addColumn('rev', 'integer', (c) => c.notNull())
        .execute()
      await schema.createIndex('window_filing_state').on('window_filing').columns(['state', 'due']).execute()
      await schema
        .createTable('window_appointment')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('receipt', 'varchar(40)', (c) => c.notNull().unique())
        .addColumn('code_hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('kind', 'varchar(16)', (c) => c.notNull())
        .addColumn('lawyer', 'varchar(200)', (c) => c.notNull())
        .addColumn('licence', 'varchar(64)', (c) => c.notNull())
        .addColumn('firm', 'varchar(300)', (c) => c.notNull())
        .addColumn('phone', 'varchar(64)', (c) => c.notNull())
        .addColumn('case_no', 'varchar(200)', (c) => c.notNull())
        .addColumn('client', 'varchar(200)', (c) => c.notNull())
        .addColumn('wanted', 'varchar(100)', (c) => c.notNull())
        .addColumn('note', 'text')
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('received_ms', 'bigint', (c) => c.notNull())
        .addColumn('due', 'varchar(10)')
        .addColumn('basis', 'varchar(400)', (c) => c.notNull())
        .addColumn('notice', 'text')
        .addColumn('late', 'integer', (c) => c.notNull())
        .addColumn('rev', 'integer', (c) => c.notNull())
        .execute()
      await schema.createIndex('window_appointment_state').on('window_appointment').columns(['state', 'due']).execute()
      await schema
        .createTable('window_file')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('owner', 'varchar(64)')
        .addColumn('n', 'integer', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('type', 'varchar(8)', (c) => c.notNull())
        .addColumn('size', 'bigint', (c) => c.notNull())
        .addColumn('hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('scan', 'varchar(8)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
      await schema.createIndex('window_file_owner').on('window_file').columns(['owner', 'n']).execute()
      await schema.createIndex('window_file_hash').on('window_file').columns(['hash']).execute()
      await schema
        .createTable('window_note')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('owner', 'varchar(64)', (c) => c.notNull())
        .addColumn('seq', 'integer', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('what', 'varchar(16)', (c) => c.notNull())
        .addColumn('text', 'text', (c) => c.notNull())
        .addColumn('told', 'integer', (c) => c.notNull())
        .execute()
      await schema.createIndex('window_note_owner').on('window_note').columns(['owner', 'seq']).unique().execute()
      await schema
        .createTable('window_code')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('case_no', 'varchar(200)', (c) => c.notNull())
        .addColumn('case_key', 'varchar(200)', (c) => c.notNull())
        .addColumn('relation', 'varchar(16)', (c) => c.notNull())
        .addColumn('shown', 'varchar(64)', (c) => c.notNull())
        .addColumn('name_hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('number_hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('code_hash', 'varchar(64)', (c) => c.notNull().unique())
        .addColumn('issued_ms', 'bigint', (c) => c.notNull())
        .addColumn('issued_by', 'varchar(64)', (c) => c.notNull())
        .addColumn('expires_ms', 'bigint', (c) => c.notNull())
        .addColumn('revoked_ms', 'bigint')
        .addColumn('uses', 'integer', (c) => c.notNull())
        .addColumn('used_ms', 'bigint')
        .execute()
      await schema.createIndex('window_code_issued').on('window_code').columns(['issued_ms', 'id']).execute()
      await schema
        .createTable('window_lock')
        .addColumn('key', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('count', 'integer', (c) => c.notNull())
        .addColumn('last_ms', 'bigint', (c) => c.notNull())
        .addColumn('locked_until', 'bigint')
        .execute()
      await schema
        .createTable('window_publication')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('title', 'text', (c) => c.notNull())
        .addColumn('items', 'text', (c) => c.notNull())
        .addColumn('published_ms', 'bigint', (c) => c.notNull())
        .addColumn('proposer', 'varchar(64)', (c) => c.notNull())
        .addColumn('approver', 'varchar(64)', (c) => c.notNull())
        .execute()
    },
  },
]
