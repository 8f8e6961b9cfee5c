import { sql } from 'kysely'
import type { Migration } from '../../feature.ts'

export type PanoramaTables = {
  /** How far each section has been counted. */
  panorama_mark: { section: string; shape: number; place: string; whole: number; at_ms: number }
  /** What each thing was counted as: a change takes that back and counts it anew. */
  panorama_item: {
    section: string
    id: string
    started: string | null
    ended: string | null
    open: number
    a: string | null
    b: string | null
    c: string | null
    d: string | null
  }
  panorama_cell: { section: string; measure: string; dim: string; value: string; month: string; count: number }
}

export const panoramaMigrations: readonly Migration[] = [
  {
    id: 'sharing/020-panorama',
    async up(db) {
      const { schema } = db
      await schema
        .createTable('panorama_mark')
        .addColumn('section', 'varchar(16)', (c) => c.primaryKey())
        .addColumn('shape', 'integer', (c) => c.notNull())
        .addColumn('place', 'varchar(200)', (c) => c.notNull())
        .addColumn('whole', 'integer', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
      let items = schema
        .createTable('panorama_item')
        .addColumn('section', 'varchar(16)', (c) => c.notNull())
        .addColumn('id', 'varchar(400)', (c) => c.notNull())
        .addColumn('started', 'varchar(10)')
        .addColumn('ended', 'varchar(10)')
        .addColumn('open', 'integer', (c) => c.notNull())
      for (const dim of ['a', 'b', 'c', 'd'] as const) items = items.addColumn(dim, 'varchar(200)')
      await items.addPrimaryKeyConstraint('panorama_item_key', ['section', 'id']).execute()
      // A number of now, of a month or of a year leads to its rows by one of these.
      await sql`create index panorama_item_open on panorama_item (section, id) where open = 1`.execute(db)
      await schema.createIndex('panorama_item_in').on('panorama_item').columns(['section', 'started', 'id']).execute()
      await sql`create index panorama_item_out on panorama_item (section, ended, id) where ended is not null`.execute(
        db,
      )
      await schema
        .createTable('panorama_cell')
        .addColumn('section', 'varchar(16)', (c) => c.notNull())
        .addColumn('measure', 'varchar(8)', (c) => c.notNull())
        .addColumn('dim', 'varchar(20)', (c) => c.notNull())
        .addColumn('value', 'varchar(200)', (c) => c.notNull())
        .addColumn('month', 'varchar(7)', (c) => c.notNull())
        .addColumn('count', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('panorama_cell_key', ['section', 'measure', 'dim', 'month', 'value'])
        .execute()
    },
  },
  {
    id: 'sharing/021-panorama-covered',
    async up({ schema }) {
      // A rare value is sought through a whole year: what does not fit is passed over within the index.
      for (const name of ['panorama_item_in', 'panorama_item_out']) await schema.dropIndex(name).execute()
      await schema
        .createIndex('panorama_item_started')
        .on('panorama_item')
        .columns(['section', 'started', 'id', 'a', 'b', 'c', 'd'])
        .execute()
      await schema
        .createIndex('panorama_item_ended')
        .on('panorama_item')
        .columns(['section', 'ended', 'id', 'a', 'b', 'c', 'd'])
        .execute()
    },
  },
]
