import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomToken } from '../../clock.ts'
import { findProgram, freePort, isRoot, Service } from './service.ts'

/** Debian keeps the server's programs out of PATH, one folder per version; the newest is taken. */
export function postgresBinaries(): string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
}

/** PostgreSQL refuses root: then it runs as the package's own user, who must be able to reach its folder. */
const USER = isRoot ? 'postgres' : undefined

/** @returns the service and a file that holds its connection url */
export async function preparePostgres(
  dataDir: string,
  logFile: string,
): Promise<{ service: Service; urlFile: string }> {
  const folder = join(dataDir, 'real', 'postgres')
  const passwordFile = join(dataDir, 'real', 'postgres.password')
  if (!existsSync(join(folder, 'PG_VERSION'))) initialise(dataDir, folder, passwordFile)
  const password = readFileSync(passwordFile, 'utf8').trim()
  const port = await freePort()
  const url = `postgres://sanling:${password}@127.0.0.1:${port}/postgres`
  const urlFile = join(dataDir, 'real', 'postgres.url')
  writeFileSync(urlFile, url, { mode: 0o600 })
  const program = findProgram('postgres', postgresBinaries()) ?? 'postgres'
  const args = ['-D', folder, '-p', String(port), '-h', '127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=on']
  const service = new Service({
    name: 'PostgreSQL',
    program,
    args,
    folder,
    logFile,
    ...(USER ? { user: USER } : {}),
    endSignal: 'SIGINT',
    ready: () => answers(url),
  })
  return { service, urlFile }
}

function initialise(dataDir: string, folder: string, passwordFile: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(passwordFile, randomToken(), { mode: 0o600 })
  const initdb = findProgram('initdb', postgresBinaries()) ?? 'initdb'
  const args = ['-D', folder, '-U', 'sanling', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8']
  if (!USER) {
    execFileSync(initdb, [...args, '--pwfile', passwordFile], { stdio: 'pipe' })
    return
  }
  for (const place of [dataDir, join(dataDir, 'real')]) chmodSync(place, 0o711)
  execFileSync('chown', [USER, folder, passwordFile])
  const identity = [`--reuid=${USER}`, `--regid=${USER}`, '--init-groups', '--']
  execFileSync('setpriv', [...identity, initdb, ...args, '--pwfile', passwordFile], { stdio: 'pipe', cwd: folder })
  execFileSync('chown', ['root', passwordFile])
}

async function answers(url: string): Promise<boolean> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('select 1')
  await client.end()
  return true
}
