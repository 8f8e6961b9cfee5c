import type { Migration } from '../feature.ts'

export type AccountRow = {
  id: string
  username: string
  name: string
  /** JSON array of role ids. */
  roles: string
  department: string | null
  post: string
  password: string | null
  disabled: number
  must_change: number
  created_at: number
  /** `ldap`: the office's directory knows the password; null: we do. */
  source?: string | null
}
export type SessionRow = {
  id: string
  account_id: string
  created_at: number
  seen_at: number
  ip: string
}
export type TokenRow = {
  id: string
  hash: string
  account_id: string
  label: string
  created_at: number
  expires_at: number | null
  /** JSON array of the only permissions it carries; null: all of its account. */
  scopes?: string | null
}
export type WallKeyRow = {
  id: string
  hash: string
  label: string
  screen: string | null
  created_at: number
  seen_at: number | null
  /** `device`: the first screen that shows the key takes it for itself. */
  binding?: string | null
  device_hash?: string | null
}
export type FailureRow = {
  username: string
  count: number
  last_at: number
  locked_until: number | null
}
export type PeopleTables = {
  account: AccountRow
  session: SessionRow
  api_token: TokenRow
  wall_key: WallKeyRow
  login_failure: FailureRow
}

export const migrations: readonly Migration[] = [
  {
    id: 'people/001-accounts',
    up: async (db) => {
      await db.schema
        .createTable('account')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('username', 'varchar(64)', (column) => column.notNull().unique())
        .addColumn('name', 'varchar(64)', (column) => column.notNull())
        .addColumn('roles', 'text', (column) => column.notNull())
        .addColumn('department', 'varchar(64)')
        .addColumn('post', 'varchar(64)', (column) => column.notNull())
        .addColumn('password', 'text')
        .addColumn('disabled', 'integer', (column) => column.notNull())
        .addColumn('must_change', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('session')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('account_id', 'varchar(64)', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('seen_at', 'bigint', (column) => column.notNull())
        .addColumn('ip', 'varchar(64)', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('api_token')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('hash', 'varchar(64)', (column) => column.notNull().unique())
        .addColumn('account_id', 'varchar(64)', (column) => column.notNull())
        .addColumn('label', 'varchar(64)', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint')
        .execute()
      await db.schema
        .createTable('wall_key')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('hash', 'varchar(64)', (column) => column.notNull().unique())
        .addColumn('label', 'varchar(64)', (column) => column.notNull())
        .addColumn('screen', 'varchar(64)')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('seen_at', 'bigint')
        .execute()
      await db.schema
        .createTable('login_failure')
        .addColumn('username', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('count', 'integer', (column) => column.notNull())
        .addColumn('last_at', 'bigint', (column) => column.notNull())
        .addColumn('locked_until', 'bigint')
        .execute()
    },
  },
]
