import { Kysely, sql } from 'kysely'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { Migration, NoTables, Reader, Records, Turn, Tx } from '../feature.ts'
import { postgresDialect, sqliteDialect } from './dialect.ts'

export type RecordsOptions =
  | { kind: 'sqlite'; file: string }
  /** `session`: SQL that each connection begins with. */
  | { kind: 'postgres'; url: string; session?: string }

/** What one committed turn left for the screens. */
export interface Committed {
  touched: ReadonlySet<string>
  announced: readonly AlertItem[]
}

export interface StoreHooks {
  now(): number
  /** First of all in each turn and each migration: joins the line of turns where several servers write. */
  line?(tx: Tx): Promise<void>
  /** In each turn, when its act has succeeded and before it is committed. */
  beforeCommit?(turn: Pick<Turn, 'tx' | 'now'>): Promise<void>
  /** After each commit that touched or announced something. */
  committed(change: Committed): void
  /** An after-commit act failed: reported, never rethrown. */
  failed(error: unknown): void
}

/**
 * The records store: one line of write turns, readers beside it. SQLite in WAL mode lets the readers' connection see
 * the last commit while a turn runs; PostgreSQL does so by nature.
 */
export class RecordStore implements Records {
  readonly read: Reader
  readonly kind: RecordsOptions['kind']
  readonly #writer: Kysely<NoTables>
  readonly #hooks: StoreHooks
  #tail: Promise<unknown> = Promise.resolve()

  constructor(options: RecordsOptions, hooks: StoreHooks) {
    const open = () =>
      new Kysely<NoTables>({
        dialect:
          options.kind === 'sqlite' ? sqliteDialect(options.file) : postgresDialect(options.url, options.session),
      })
    this.kind = options.kind
    this.#writer = open()
    this.read = options.kind === 'sqlite' ? open() : this.#writer
    this.#hooks = hooks
  }

  /** Applies what is missing, each migration once, in order. */
  async migrate(migrations: readonly Migration[]): Promise<void> {
    await this.#writer.transaction().execute(async (tx) => {
      await this.#hooks.line?.(tx)
      await sql`create table if not exists migration (id varchar(120) primary key, applied_at bigint not null)`.execute(
        tx,
      )
    })
    const done = await sql<{ id: string }>`select id from migration`.execute(this.#writer)
    const known = new Set(done.rows.map((row) => row.id))
    for (const migration of migrations) {
      // Two features may need the same table (the chains): the first one makes it.
      if (known.has(migration.id)) continue
      known.add(migration.id)
      await this.#writer.transaction().execute(async (tx) => {
        await this.#hooks.line?.(tx)
        if (this.#hooks.line && (await isApplied(tx, migration.id))) return
        await migration.up(tx)
        await sql`insert into migration (id, applied_at) values (${migration.id}, ${this.#hooks.now()})`.execute(tx)
      })
    }
  }

  write<Result>(act: (turn: Turn) => Promise<Result>): Promise<Result> {
    const run = this.#tail.then(() => this.#turn(act))
    this.#tail = run.catch(() => undefined)
    return run
  }

  async #turn<Result>(act: (turn: Turn) => Promise<Result>): Promise<Result> {
    const touched = new Set<string>()
    const announced = new Map<string, AlertItem>()
    const after: (() => void | Promise<void>)[] = []
    const result = await this.#writer.transaction().execute(async (tx) => {
      await this.#hooks.line?.(tx)
      // Whoever had to wait in the line begins now.
      const now = this.#hooks.now()
      const outcome = await act({
        tx,
        now,
        touch: (...panels) => {
          for (const panel of panels) touched.add(panel)
        },
        announce: (alert) => {
          announced.set(alert.id, alert)
        },
        afterCommit: (done) => {
          after.push(done)
        },
      })
      await this.#hooks.beforeCommit?.({ tx, now })
      return outcome
    })
    if (touched.size > 0 || announced.size > 0)
      this.#quietly(() => this.#hooks.committed({ touched, announced: [...announced.values()] }))
    for (const done of after) this.#quietly(done)
    return result
  }

  #quietly(act: () => void | Promise<void>): void {
    try {
      const outcome = act()
      if (outcome instanceof Promise) outcome.catch((error: unknown) => this.#hooks.failed(error))
    } catch (error) {
      this.#hooks.failed(error)
    }
  }

  async close(): Promise<void> {
    await this.#tail
    await this.#writer.destroy()
    if (this.read !== this.#writer) await this.read.destroy()
  }
}

/** Another server may have been quicker. */
async function isApplied(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`select 1 from migration where id = ${id}`.execute(tx)
  return rows.length > 0
}
