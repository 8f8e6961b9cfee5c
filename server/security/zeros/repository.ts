import type { Migration, Reader, Tx } from '../../feature.ts'

type Tables = {
  zero_fact: {
    id: string
    kind: string
    date: string
    what: string
    registered_ms: number
    registered_by: string
    veto: string | null
    department: string | null
  }
}
export type ZeroFact = Tables['zero_fact']

export const zeroMigrations: readonly Migration[] = [
  {
    id: 'security/004-zeros',
    async up(db) {
      await db.schema
        .createTable('zero_fact')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('kind', 'varchar(16)', (c) => c.notNull())
        .addColumn('date', 'varchar(10)', (c) => c.notNull())
        .addColumn('what', 'varchar(400)', (c) => c.notNull())
        .addColumn('registered_ms', 'bigint', (c) => c.notNull())
        .addColumn('registered_by', 'varchar(80)', (c) => c.notNull())
        .execute()
    },
  },
  {
    id: 'security/008-zero-veto',
    async up(db) {
      await db.schema.alterTable('zero_fact').addColumn('veto', 'varchar(64)').execute()
      await db.schema.alterTable('zero_fact').addColumn('department', 'varchar(64)').execute()
    },
  },
]

/** Append only: a registered fact is never deleted to keep a zero. */
export async function addFact(tx: Tx, fact: ZeroFact): Promise<void> {
  await tx.withTables<Tables>().insertInto('zero_fact').values(fact).execute()
}

export const readFacts = (db: Reader): Promise<ZeroFact[]> =>
  db.withTables<Tables>().selectFrom('zero_fact').selectAll().orderBy('date', 'desc').limit(1000).execute()
