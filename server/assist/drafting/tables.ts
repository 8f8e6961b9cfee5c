import type { Migration } from '../../feature.ts'

export type DraftTables = {
  /** One row per version; none is ever changed. The template's text goes along: a newer one changes no draft. */
  assist_draft: {
    id: string
    version: number
    case_id: string
    template: string
    name: string
    template_version: string
    legal_basis: string
    text: string
    /** DraftField[] as JSON. */
    fields: string
    empty: number
    by: string
    at_ms: number
  }
}
export const draftMigrations: readonly Migration[] = [
  {
    id: 'assist/002-drafts',
    async up(db) {
      await db.schema
        .createTable('assist_draft')
        .addColumn('id', 'varchar(64)', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('template', 'varchar(64)', (c) => c.notNull())
        .addColumn('name', 'varchar(120)', (c) => c.notNull())
        .addColumn('template_version', 'varchar(32)', (c) => c.notNull())
        .addColumn('legal_basis', 'text', (c) => c.notNull())
        .addColumn('text', 'text', (c) => c.notNull())
        .addColumn('fields', 'text', (c) => c.notNull())
        .addColumn('empty', 'integer', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('assist_draft_key', ['id', 'version'])
        .execute()
      await db.schema.createIndex('assist_draft_case').on('assist_draft').columns(['case_id', 'at_ms']).execute()
    },
  },
]
