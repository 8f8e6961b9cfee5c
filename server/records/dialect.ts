import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Dialect, PostgresDialect, SqliteDialect } from 'kysely'

const CACHED_STATEMENTS = 400

/**
 * node:sqlite behind the interface that kysely's SqliteDialect expects. WAL with synchronous=FULL: a commit that has
 * returned survives a power cut.
 */
export function sqliteDialect(file: string): Dialect {
  return new SqliteDialect({
    database: async () => {
      const db = new DatabaseSync(file, { timeout: 5000 })
      db.exec(
        'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000',
      )
      const cache = new Map<string, StatementSync>()
      const prepared = (sql: string): StatementSync => {
        const known = cache.get(sql)
        if (known) return known
        const statement = db.prepare(sql)
        if (cache.size >= CACHED_STATEMENTS) cache.clear()
        cache.set(sql, statement)
        return statement
      }
      return {
        close: () => db.close(),
        prepare: (sql: string) => {
          const statement = prepared(sql)
          const reader = statement.columns().length > 0
          return {
            reader,
            all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
            run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
            iterate: (parameters: readonly unknown[]) =>
              statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
          }
        },
      }
    },
  })
}

/**
 * PostgreSQL and its kin (Kingbase, openGauss): bigint comes back as number; we store nothing above 2^53. The driver is
 * loaded only when it is used.
 */
export function postgresDialect(url: string): Dialect {
  return new PostgresDialect({
    pool: async () => {
      const { default: pg } = await import('pg')
      const pool = new pg.Pool({
        connectionString: url,
        max: 8,
        types: {
          getTypeParser: ((oid: number, format?: 'text') =>
            oid === 20 || oid === 1700 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
        },
      })
      // Without listeners a database that goes away would end the whole server, whether the connection rests in the
      // pool or is in the middle of a turn; the turn, or the next one, says so by failing.
      pool.on('error', () => undefined)
      pool.on('connect', (client) => void client.on('error', () => undefined))
      return pool
    },
  })
}
