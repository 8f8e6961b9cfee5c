import type { Migration } from '../feature.ts'

/** What came later than the accounts themselves: second factor, former passwords, scope of tokens, bound screens. */
export type AccountTables = {
  second_factor: {
    account_id: string
    /** Plain in rows of earlier versions, until the next start; else empty. */
    secret: string
    /** The secret under the office's key (server/records/suite.ts). */
    sealed: string | null
    /** 0 until the first code has proved it. */
    confirmed: number
    last_step: number | null
    /** JSON array of hashes of the codes that are left. */
    recovery: string
  }
  password_history: { account_id: string; at: number; hash: string }
}

export const accountMigrations: readonly Migration[] = [
  {
    id: 'people/002-factors',
    up: async (db) => {
      await db.schema
        .createTable('second_factor')
        .addColumn('account_id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('secret', 'varchar(64)', (column) => column.notNull())
        .addColumn('confirmed', 'integer', (column) => column.notNull())
        .addColumn('last_step', 'bigint')
        .addColumn('recovery', 'text', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('password_history')
        .addColumn('account_id', 'varchar(64)', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('password_history_key', ['account_id', 'at'])
        .execute()
      await db.schema.alterTable('api_token').addColumn('scopes', 'text').execute()
      await db.schema.alterTable('account').addColumn('source', 'varchar(16)').execute()
      await db.schema.alterTable('wall_key').addColumn('binding', 'varchar(16)').execute()
      await db.schema.alterTable('wall_key').addColumn('device_hash', 'varchar(64)').execute()
    },
  },
  {
    id: 'people/003-sealed-factors',
    async up(db) {
      await db.schema.alterTable('second_factor').addColumn('sealed', 'text').execute()
    },
  },
]
