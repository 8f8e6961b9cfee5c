import type { DatabaseSync } from 'node:sqlite'
import type { FieldKind } from '../../../contract/measurements.ts'
import { SCHEMA } from '../schema.ts'

const SQL_KINDS: Record<FieldKind, string> = { integer: 'INTEGER', float: 'REAL', string: 'TEXT', boolean: 'INTEGER' }

/** Names are declared ones of `SCHEMA` (letters, digits, `_`), never a user's text. */
export const tableOf = (measurement: string): string => `"p_${measurement}"`
export const columnOf = (field: string): string => `"f_${field}"`

/**
 * One table per measurement, keyed like InfluxDB: series, time in ms and the ns within it. A field that was declared
 * later becomes a further column.
 */
export function makeTables(db: DatabaseSync): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, measurement TEXT, tags TEXT, UNIQUE (measurement, tags))',
  )
  for (const [measurement, { fields }] of Object.entries(SCHEMA)) {
    const table = tableOf(measurement)
    const columns = Object.entries(fields).map(([name, kind]) => [columnOf(name), SQL_KINDS[kind]].join(' '))
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${table} (series INTEGER, ms INTEGER, ns INTEGER, ${columns.join(', ')}, PRIMARY KEY (series, ms, ns)) WITHOUT ROWID`,
    )
    const present = new Set(
      db
        .prepare(`SELECT name FROM pragma_table_info(?)`)
        .all(table.slice(1, -1))
        .map((row) => row.name),
    )
    for (const column of columns)
      if (!present.has(column.slice(1, column.indexOf('"', 1)))) db.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`)
  }
}
