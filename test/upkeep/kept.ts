import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { auditMigrations } from '../../server/audit/index.ts'
import { auditTrail } from '../../server/audit/trail.ts'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'

export const ROOT = resolve(import.meta.dirname, '../..')
export const NOW = Date.UTC(2026, 10, 25)

/** A data folder with an audit chain, a draw that verifies, and keys. */
export interface Kept {
  folder: string
  dataDir: string
  store: RecordStore
  clock: { ms: number }
  /** Its database, when it is not SQLite. */
  postgres: string | undefined
  /** Writes entries into the audit chain until asked to stop; answers how many. */
  load(): { written(): number; stop(): Promise<void> }
  close(): Promise<void>
}

export async function openKept(postgres?: string): Promise<Kept> {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-upkeep-'))
  const dataDir = join(folder, 'data')
  mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o700 })
  writeFileSync(join(dataDir, 'keys/signing.pem'), 'a private key', { mode: 0o600 })
  writeFileSync(join(dataDir, 'secrets.json'), '{"site.key":"a secret"}', { mode: 0o600 })
  const options: RecordsOptions = postgres
    ? { kind: 'postgres', url: postgres }
    : { kind: 'sqlite', file: join(dataDir, 'records.sqlite') }
  const clock = { ms: NOW }
  const store = new RecordStore(options, { now: () => clock.ms, committed: () => undefined, failed: () => undefined })
  await store.migrate(auditMigrations)
  await putDraw(store)
  return {
    folder,
    dataDir,
    store,
    clock,
    postgres,
    load() {
      let [count, open] = [0, true]
      const done = (async () => {
        while (open) {
          await store.write(({ tx, now }) =>
            auditTrail.record(tx, now, { kind: 'test', actor: `n${count}`, ip: '', detail: {} }),
          )
          count++
          // Other work of this process gets its turn.
          await new Promise((next) => setImmediate(next))
        }
      })()
      return {
        written: () => count,
        stop: async () => {
          open = false
          await done
        },
      }
    },
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The published vector of draw.md: a chain whose draw anybody can repeat. */
async function putDraw(store: RecordStore): Promise<void> {
  const { entries } = JSON.parse(readFileSync(join(ROOT, 'test/fixtures/draw-vector.json'), 'utf8')) as {
    entries: { seq: number; at: string; type: string; prev: string; body: object; hash: string }[]
  }
  await store.write(async ({ tx }) => {
    const rows = entries.map((entry) => ({ chain: 'assignment', ...entry, body: JSON.stringify(entry.body) }))
    await tx.withTables<{ chain_entry: (typeof rows)[number] }>().insertInto('chain_entry').values(rows).execute()
  })
}

export interface Ran {
  code: number
  stdout: string
  stderr: string
}
/** A command as people run it. */
export const run = (command: string, args: readonly string[], env: Record<string, string>): Promise<Ran> =>
  new Promise((done) => {
    execFile(
      process.execPath,
      [join('server/commands', `${command}.ts`), ...args],
      { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 8 * 1024 * 1024 },
      (error, stdout, stderr) => done({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    )
  })
