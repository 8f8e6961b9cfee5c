import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { officeTime } from '../../config/zone.ts'
import type { Migration } from '../feature.ts'
import { RecordStore, type RecordsOptions } from '../records/store.ts'
import { type BackupTask, takeBackup } from './backup/take.ts'

export type Standing =
  | { kind: 'new' }
  | { kind: 'current' }
  | { kind: 'older'; missing: string[] }
  /** A newer program has written here: these steps this one does not know. */
  | { kind: 'newer'; unknown: string[] }

/** The first account is made before the first start (`admin`): such a folder was never served by an older program. */
const SERVED = 'ingest/'

/** @param applied ids of the folder, undefined when it has no records yet */
export function judgeStanding(applied: readonly string[] | undefined, migrations: readonly Migration[]): Standing {
  if (!applied || applied.length === 0) return { kind: 'new' }
  const ids = new Set(migrations.map(({ id }) => id))
  const unknown = applied.filter((id) => !ids.has(id))
  if (unknown.length > 0) return { kind: 'newer', unknown }
  if (!applied.some((id) => id.startsWith(SERVED))) return { kind: 'new' }
  const missing = [...ids].filter((id) => !applied.includes(id))
  return missing.length > 0 ? { kind: 'older', missing } : { kind: 'current' }
}

export interface UpgradeTask extends Pick<BackupTask, 'dataDir' | 'records' | 'passphrase' | 'version' | 'now'> {
  backups: string
  migrations: readonly Migration[]
  say(text: string): void
}

const PREFIX = 'before-upgrade-'
const KEPT = 3

/**
 * Before anything is migrated: data of a newer program are refused, data of an older one are backed up first.
 * @throws Error in Chinese that says what to do; nothing has been changed then
 */
export async function prepareUpgrade(task: UpgradeTask): Promise<Standing> {
  const standing = judgeStanding(await appliedIn(task.records), task.migrations)
  if (standing.kind === 'newer') throw new Error(newer(standing.unknown, task))
  if (standing.kind !== 'older') return standing
  const moment = officeTime(task.now).toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
  const target = join(task.backups, `${PREFIX}${moment.replace('T', '-')}-${process.pid}`)
  try {
    await takeBackup({ ...task, target })
  } catch (error) {
    throw new Error(
      `数据要升级（${standing.missing.length} 步），升级前的自动备份没有做成，数据未动：${(error as Error).message}。请腾出 ${task.backups} 的空间或用 SANLING_BACKUPS 换一个位置后再启动`,
    )
  }
  const old = readdirSync(task.backups).filter((name) => name.startsWith(PREFIX))
  for (const name of old.sort().slice(0, -KEPT)) rmSync(join(task.backups, name), { recursive: true, force: true })
  task.say(`数据由旧版本升级（${standing.missing.length} 步），升级前的数据已备份到 ${target}`)
  return standing
}

function newer(unknown: readonly string[], { records, backups, version }: UpgradeTask): string {
  const where = records.kind === 'sqlite' ? records.file : '数据库'
  const shown = unknown.slice(0, 3).join('、')
  const kept = existsSync(backups) ? readdirSync(backups).filter((name) => name.startsWith(PREFIX)) : []
  const newest = kept.sort().at(-1)
  const back = newest
    ? `或把升级前的备份恢复到空目录后使用：SANLING_DATA=空目录 npm run restore -- ${join(backups, newest)}`
    : '或恢复升级前的备份到空目录后使用（npm run restore）'
  return `${where} 已由更新的程序使用过（有本程序 ${version} 不认识的升级步骤：${shown}${unknown.length > 3 ? ` 等 ${unknown.length} 步` : ''}）。为免损坏数据，本程序不打开它，数据未动。请换回较新的程序，${back}`
}

const IDS = 'select id from migration order by id'

/** Asked by a connection of its own that cannot write, before anything else touches the records. */
async function appliedIn(options: RecordsOptions): Promise<string[] | undefined> {
  if (options.kind === 'sqlite') return existsSync(options.file) ? appliedInFile(options.file) : undefined
  const store = new RecordStore(options, { now: () => 0, committed: () => undefined, failed: () => undefined })
  try {
    return (await sql<{ id: string }>`${sql.raw(IDS)}`.execute(store.read)).rows.map(({ id }) => id)
  } catch {
    // No table of migrations: nobody has been here. A database that does not answer is told of by the next step.
    return undefined
  } finally {
    await store.close()
  }
}

function appliedInFile(file: string): string[] | undefined {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 })
  try {
    const [table] = db.prepare("select 1 from sqlite_master where type = 'table' and name = 'migration'").all()
    return table
      ? db
          .prepare(IDS)
          .all()
          .map(({ id }) => String(id))
      : undefined
  } finally {
    db.close()
  }
}
