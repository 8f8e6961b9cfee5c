import { readFileSync } from 'node:fs'

/** What `doctor` reads beside a running server. */
export const HEALTH_FILE = 'health.json'

/** Beside the data folder, never in it; SANLING_BACKUPS names another place (another disk). */
export const backupFolder = (dataDir: string, env: NodeJS.ProcessEnv = process.env): string =>
  env.SANLING_BACKUPS ?? `${dataDir}-backups`

/** Seals the keys of nightly backups; undefined = they lie there as they are, mode 0600. */
export function backupPassphrase(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = env.SANLING_BACKUP_PASSPHRASE_FILE
  return (file ? readFileSync(file, 'utf8').trim() : env.SANLING_BACKUP_PASSPHRASE) || undefined
}
