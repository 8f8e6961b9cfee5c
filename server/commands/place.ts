import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadConfig } from '../../config/load.ts'
import { resolveSecret } from '../../config/secrets.ts'
import type { RecordsOptions } from '../records/store.ts'
import { readSecrets } from './data.ts'

export interface UpkeepArguments {
  configDir: string
  passphrase: string | undefined
}

/** `--passphrase-file` or the environment: an argument would be read by everybody on the machine. */
export function upkeepArguments(values: { config?: string; 'passphrase-file'?: string }): UpkeepArguments {
  const file = values['passphrase-file']
  const passphrase = file === undefined ? process.env.SANLING_BACKUP_PASSPHRASE : readFileSync(file, 'utf8').trim()
  return { configDir: resolve(values.config ?? './config'), passphrase: passphrase || undefined }
}

/** Where the records of a data folder are: SQLite in it, else what services.yaml says. @throws Error in Chinese */
export function recordsOf(dataDir: string, configDir: string): RecordsOptions {
  const file = join(dataDir, 'records.sqlite')
  if (existsSync(file)) return { kind: 'sqlite', file }
  const url = postgresUrl(dataDir, configDir)
  if (url === undefined) throw new Error(`没有数据库 ${file}；请用 SANLING_DATA 指明数据目录`)
  return { kind: 'postgres', url }
}

/** Undefined when the configuration keeps its records in SQLite. */
export function postgresUrl(dataDir: string, configDir: string): string | undefined {
  if (!existsSync(configDir)) return undefined
  const { records } = loadConfig(configDir, process.env.SANLING_SERVICES).services
  return records.kind === 'postgres' ? resolveSecret(records.url, readSecrets(dataDir) ?? {}) : undefined
}
