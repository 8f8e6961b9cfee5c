import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import type { RecordsOptions } from '../../records/store.ts'
import { dumpPostgres } from './postgres.ts'
import { keepPrivate } from './private.ts'
import { copyFolders, type Manifest, METRICS, RECORDS, writeManifest } from './set.ts'

export interface BackupTask {
  dataDir: string
  records: RecordsOptions
  /** New folder; nothing is ever overwritten. */
  target: string
  passphrase: string | undefined
  version: string
  /** Epoch ms. */
  now: number
}
export interface BackupResult {
  manifest: Manifest
  /** Names of keys and secrets that it holds. */
  privateFiles: string[]
  sealed: boolean
}

/** Online: people and events go on meanwhile. @throws Error in Chinese; nothing half is left behind */
export async function takeBackup(task: BackupTask): Promise<BackupResult> {
  const { dataDir, records, target, passphrase } = task
  if (existsSync(target)) throw new Error(`${target} 已存在；备份不覆盖任何东西，请换一个名字`)
  if (records.kind === 'sqlite' && !existsSync(records.file)) throw new Error(`没有数据库 ${records.file}`)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  mkdirSync(target, { mode: 0o700 })
  try {
    if (records.kind === 'postgres') await dumpPostgres(records.url, join(target, RECORDS.postgres))
    else await copySqlite(records.file, join(target, RECORDS.sqlite))
    const metrics = join(dataDir, METRICS)
    if (existsSync(metrics)) await copySqlite(metrics, join(target, METRICS))
    copyFolders(dataDir, target)
    const privateFiles = keepPrivate(dataDir, target, passphrase)
    const manifest = await writeManifest(target, { version: task.version, at: task.now })
    return { manifest, privateFiles, sealed: passphrase !== undefined }
  } catch (error) {
    rmSync(target, { recursive: true, force: true })
    throw error
  }
}

/** Pages are copied in steps; writers go on, and what they change meanwhile is copied again. */
async function copySqlite(source: string, target: string): Promise<void> {
  const db = new DatabaseSync(source, { readOnly: true, timeout: 10_000 })
  try {
    await backup(db, target, { rate: 1000 })
  } finally {
    db.close()
  }
}
