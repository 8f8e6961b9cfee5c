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
      const guard = watchTransaction(db)
      return {
        close: () => db.close(),
        prepare: (sql: string) => {
          const statement = prepared(sql)
          const reader = statement.columns().length > 0
          // A full-text index writes pages of its own at the commit, with row numbers above 2^53: what a statement that
          // gives no rows returns (changes, last row) is never read as a number that may not hold it.
          if (!reader) statement.setReadBigInts(true)
          return {
            reader,
            all: (parameters: readonly unknown[]) =>
              guard(sql, () => statement.all(...(parameters as SQLInputValue[])), []),
            run: (parameters: readonly unknown[]) =>
              guard(sql, () => statement.run(...(parameters as SQLInputValue[])), NOTHING_DONE),
            iterate: (parameters: readonly unknown[]) =>
              statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
          }
        },
      }
    },
  })
}

const NOTHING_DONE = { changes: 0, lastInsertRowid: 0 }

/**
 * SQLite itself rolls a transaction back when the disk is full or fails (https://sqlite.org/lang_transaction.html, 2.3).
 * What follows would then be committed piece by piece, and the rollback would fail with an error that no longer speaks of
 * the disk. So until the rollback every statement fails with what broke the transaction, and the rollback succeeds.
 */
export function watchTransaction(
  db: Pick<DatabaseSync, 'isTransaction'>,
): <Result>(sql: string, act: () => Result, nothing: Result) => Result {
  let cause: { error: unknown } | null = null
  return (sql, act, nothing) => {
    const broken = cause
    if (broken && sql === 'rollback') {
      cause = null
      return db.isTransaction ? act() : nothing
    }
    if (broken) throw broken.error
    const inside = db.isTransaction
    try {
      return act()
    } catch (error) {
      if (inside && !db.isTransaction && sql !== 'rollback') cause = { error }
      throw error
    }
  }
}

/**
 * PostgreSQL and its kin (Kingbase, openGauss): bigint comes back as number; we store nothing above 2^53. The driver is
 * loaded only when it is used.
 * @param session SQL that each connection begins with
 */
export function postgresDialect(url: string, session?: string): Dialect {
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
      pool.on('connect', (client) => {
        client.on('error', () => undefined)
        // Stands in the client's own line before the first query of whoever asked for it.
        if (session) client.query(session).catch(() => undefined)
      })
      return pool
    },
  })
}
