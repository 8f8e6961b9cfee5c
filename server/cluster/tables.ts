import type { Migration } from '../feature.ts'

export type ClusterTables = {
  /** Who runs the timers. `token` grows by one each time the lease passes on. Times: epoch ms of the database's clock. */
  cluster_lease: { name: string; holder: string; token: number; until_ms: number }
  cluster_member: {
    id: string
    url: string
    version: string
    started_ms: number
    seen_ms: number
    /** It said good-bye, or somebody saw that it is gone. */
    left_ms: number | null
  }
}

export const clusterMigrations: readonly Migration[] = [
  {
    id: 'cluster/001-members',
    async up(db) {
      await db.schema
        .createTable('cluster_lease')
        .addColumn('name', 'varchar(32)', (c) => c.primaryKey())
        .addColumn('holder', 'varchar(64)', (c) => c.notNull())
        .addColumn('token', 'bigint', (c) => c.notNull())
        .addColumn('until_ms', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('cluster_member')
        .addColumn('id', 'varchar(32)', (c) => c.primaryKey())
        .addColumn('url', 'varchar(256)', (c) => c.notNull())
        .addColumn('version', 'varchar(32)', (c) => c.notNull())
        .addColumn('started_ms', 'bigint', (c) => c.notNull())
        .addColumn('seen_ms', 'bigint', (c) => c.notNull())
        .addColumn('left_ms', 'bigint')
        .execute()
    },
  },
]
