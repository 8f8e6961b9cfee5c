import type { Migration } from '../../feature.ts'

/** Corrections and uploads by phone; corrections are only ever added to. */
export type DeskTables = {
  patrol_correction: {
    id: string
    route: string
    round: string
    before_result: string
    after_result: string
    reason: string
    note: string
    actor: string
    at_ms: number
  }
  patrol_upload: {
    id: string
    point: string
    person: string
    /** Of the rotating code; 0 for plates and tags. */
    step: number
    client_ms: number
    server_ms: number
    accepted: number
    reason: string
    proof: string | null
  }
}

export const patrolDeskMigration: Migration = {
  id: 'security/007-patrol-desk',
  async up(db) {
    for (const [name, type] of [
      ['wand', 'varchar(40)'],
      ['proof', 'varchar(8)'],
      ['late', 'integer'],
    ] as const)
      await db.schema.alterTable('patrol_checkin').addColumn(name, type).execute()
    await db.schema.createIndex('patrol_checkin_point').on('patrol_checkin').columns(['point', 'at_ms']).execute()
    await db.schema
      .createTable('patrol_correction')
      .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
      .addColumn('route', 'varchar(64)', (c) => c.notNull())
      .addColumn('round', 'varchar(20)', (c) => c.notNull())
      .addColumn('before_result', 'varchar(20)', (c) => c.notNull())
      .addColumn('after_result', 'varchar(20)', (c) => c.notNull())
      .addColumn('reason', 'varchar(32)', (c) => c.notNull())
      .addColumn('note', 'varchar(400)', (c) => c.notNull())
      .addColumn('actor', 'varchar(64)', (c) => c.notNull())
      .addColumn('at_ms', 'bigint', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('patrol_correction_round').on('patrol_correction').columns(['round', 'route']).execute()
    await db.schema
      .createTable('patrol_upload')
      .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
      .addColumn('point', 'varchar(64)', (c) => c.notNull())
      .addColumn('person', 'varchar(80)', (c) => c.notNull())
      .addColumn('step', 'bigint', (c) => c.notNull())
      .addColumn('client_ms', 'bigint', (c) => c.notNull())
      .addColumn('server_ms', 'bigint', (c) => c.notNull())
      .addColumn('accepted', 'integer', (c) => c.notNull())
      .addColumn('reason', 'varchar(32)', (c) => c.notNull())
      .addColumn('proof', 'varchar(8)')
      .execute()
    await db.schema.createIndex('patrol_upload_code').on('patrol_upload').columns(['point', 'step', 'person']).execute()
  },
}
