import type { ExportJob } from '../../contract/http/exports.ts'
import type { Migration, Reader, Tx } from '../feature.ts'

/** What was asked for: files live no longer than the process, so that after a restart one sees what to ask for again. */
export type ExportTables = {
  export_job: { id: string; owner: string; ip: string; created_ms: number; state: string; told: string }
}

export const exportMigrations: readonly Migration[] = [
  {
    id: 'exports/001-jobs',
    up: async (db) => {
      await db.schema
        .createTable('export_job')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('owner', 'varchar(64)', (column) => column.notNull())
        .addColumn('ip', 'varchar(64)', (column) => column.notNull())
        .addColumn('created_ms', 'bigint', (column) => column.notNull())
        .addColumn('state', 'varchar(16)', (column) => column.notNull())
        .addColumn('told', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('export_job_created').on('export_job').column('created_ms').execute()
    },
  },
]

const on = (db: Reader | Tx) => db.withTables<ExportTables>()

export interface KeptJob {
  owner: string
  ip: string
  told: ExportJob
}

export async function keepJob(tx: Tx, { owner, ip, told }: KeptJob): Promise<void> {
  const row = { state: told.state, told: JSON.stringify(told) }
  await on(tx)
    .insertInto('export_job')
    .values({ id: told.id, owner, ip, created_ms: told.createdAt, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

/** Those since `since` (epoch ms), oldest first; older ones are dropped. */
export async function loadJobs(tx: Tx, since: number): Promise<KeptJob[]> {
  await on(tx).deleteFrom('export_job').where('created_ms', '<', since).execute()
  const rows = await on(tx)
    .selectFrom('export_job')
    .selectAll()
    .orderBy('created_ms')
    .orderBy('id')
    .limit(2000)
    .execute()
  return rows.map(({ owner, ip, told }) => ({ owner, ip, told: JSON.parse(told) as ExportJob }))
}
