import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { findProgram, freePort, isRoot, type Service, startService, temporaryFolder } from './process.ts'

export interface Postgres extends Service {
  /** Makes an empty database and gives its connection url. */
  freshDatabase(): Promise<string>
}

/** Debian keeps the server's programs out of PATH, one folder per version; the newest is taken. */
function binaries(): string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
}

/** PostgreSQL refuses root: then it runs as the package's own user. */
const user = isRoot ? 'postgres' : undefined

function initialise(folder: string): void {
  const initdb = findProgram('initdb', 'postgresql', binaries())
  const args = ['-D', folder, '-U', 'sanling', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
  if (!user) execFileSync(initdb, args, { stdio: 'pipe' })
  else {
    const parent = join(folder, '..')
    execFileSync('chown', ['-R', user, parent])
    const drop = [`--reuid=${user}`, `--regid=${user}`, '--init-groups', '--', initdb, ...args]
    execFileSync('setpriv', drop, { stdio: 'pipe', cwd: parent })
  }
}

async function ask(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

/** PostgreSQL with fsync on, so that a commit means what it says. */
export async function startPostgres(options: { port?: number } = {}): Promise<Postgres> {
  const program = findProgram('postgres', 'postgresql', binaries())
  const folder = temporaryFolder('postgres')
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  initialise(data)
  const port = options.port ?? (await freePort())
  const base = `postgres://sanling@127.0.0.1:${port}`
  const service = await startService({
    name: 'PostgreSQL',
    program,
    args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=on'],
    folder,
    port,
    url: `${base}/postgres`,
    endSignal: 'SIGINT',
    ...(user ? { user } : {}),
    ready: async () => {
      await ask(`${base}/postgres`, 'select 1')
      return true
    },
  })
  return Object.assign(withPid(service, data), { freshDatabase: () => freshDatabase(base) })
}

let databases = 0
async function freshDatabase(base: string): Promise<string> {
  databases += 1
  const name = `t${process.pid}_${databases}`
  await ask(`${base}/postgres`, `create database ${name}`)
  return `${base}/${name}`
}

/** setpriv becomes postgres by exec, so the pid is the postmaster's; its own file is asked to be sure. */
function withPid(service: Service, data: string): Service {
  return Object.defineProperty(service, 'pid', {
    get: () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]),
  })
}
