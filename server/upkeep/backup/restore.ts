import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loadPostgres } from './postgres.ts'
import { putPrivateBack } from './private.ts'
import { type ChainProof, checkSqlite, proveStore } from './prove.ts'
import { ARCHIVE, checkManifest, METRICS, putBack, RECORDS } from './set.ts'

export interface RestoreTask {
  source: string
  /** Empty or not there. */
  dataDir: string
  /** Empty database for a backup of PostgreSQL. */
  postgresUrl: string | undefined
  passphrase: string | undefined
  /** A drill proves the data; keys are not taken out. */
  withKeys: boolean
  now(): number
}
export interface RestoreResult {
  proofs: ChainProof[]
  privateFiles: string[]
}

/** Hashes, the database's own check, every chain: all of it fits, or nothing is left. @throws Error in Chinese */
export async function restoreBackup(task: RestoreTask): Promise<RestoreResult> {
  const { source, dataDir, postgresUrl, passphrase, withKeys, now } = task
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0)
    throw new Error(`数据目录 ${dataDir} 不是空的；请换一个空目录再恢复`)
  const manifest = await checkManifest(source)
  const dumped = manifest.files.some(({ name }) => name === RECORDS.postgres)
  if (dumped && postgresUrl === undefined)
    throw new Error(
      '这份备份来自 PostgreSQL：请用 --config 目录 指明配置，其 services.yaml 的 records 指向一个空的数据库',
    )
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  try {
    const privateFiles = withKeys ? putPrivateBack(source, dataDir, passphrase) : []
    putBack(source, dataDir, manifest)
    if (existsSync(join(dataDir, METRICS))) checkSqlite(join(dataDir, METRICS))
    if (!dumped || postgresUrl === undefined) {
      const proofs = await proveStore(
        { kind: 'sqlite', file: join(dataDir, RECORDS.sqlite) },
        join(dataDir, ARCHIVE),
        now,
      )
      return { proofs, privateFiles }
    }
    await loadPostgres(postgresUrl, join(source, RECORDS.postgres))
    return {
      proofs: await proveStore({ kind: 'postgres', url: postgresUrl }, join(dataDir, ARCHIVE), now),
      privateFiles,
    }
  } catch (error) {
    for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true, force: true })
    throw error
  }
}
