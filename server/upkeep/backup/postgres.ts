import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** PostgreSQL's own tools: a dump is one snapshot (REPEATABLE READ), taken while writers go on. */
const DEBIAN = '/usr/lib/postgresql'

/** Debian puts a wrapper into PATH; the newest version's own program reads every older server. */
function programOf(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  return versions.map((version) => join(DEBIAN, version, 'bin', name)).find((path) => existsSync(path)) ?? name
}

/** The password goes by the environment: arguments are read by everybody on the machine. */
function addressOf(url: string): { env: NodeJS.ProcessEnv; database: string } {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const database = decodeURIComponent(pathname.slice(1))
  const env: NodeJS.ProcessEnv = { ...process.env, PGDATABASE: database, PGUSER: decodeURIComponent(username) }
  env.PGHOST = searchParams.get('host') ?? hostname
  if (port) env.PGPORT = port
  if (password) env.PGPASSWORD = decodeURIComponent(password)
  const mode = searchParams.get('sslmode')
  if (mode) env.PGSSLMODE = mode
  return { env, database }
}

async function run(name: string, args: readonly string[], url: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(programOf(name), args, {
      env: addressOf(url).env,
      maxBuffer: 16 * 1024 * 1024,
    })
    return stdout
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string }
    if (code === 'ENOENT') throw new Error(`没有找到 ${name}，请安装 postgresql-client（版本不低于服务器）`)
    throw new Error(`${name} 没有完成：${stderr?.trim().split('\n').slice(0, 3).join('；') ?? String(error)}`)
  }
}

/** What `pg_dump --version` says; undefined where there is none. */
export const dumpVersion = async (): Promise<string | undefined> => {
  try {
    return (await promisify(execFile)(programOf('pg_dump'), ['--version'])).stdout.trim()
  } catch {
    return undefined
  }
}

/** Custom format: compressed, restored by pg_restore. */
export async function dumpPostgres(url: string, file: string): Promise<void> {
  await run('pg_dump', ['--format=custom', '--no-owner', '--no-privileges', `--file=${file}`], url)
}

/** All of it or nothing. @throws Error when the database is not empty */
export async function loadPostgres(url: string, file: string): Promise<void> {
  const { env, database } = addressOf(url)
  const text =
    "select count(*) from information_schema.tables where table_schema not in ('pg_catalog','information_schema')"
  const tables = Number((await run('psql', ['-X', '-A', '-t', '-c', text], url)).trim())
  if (tables > 0) throw new Error(`数据库 ${database} 里已有 ${tables} 张表；请恢复到一个空的数据库`)
  const args = [
    '--single-transaction',
    '--exit-on-error',
    '--no-owner',
    '--no-privileges',
    `--dbname=${env.PGDATABASE}`,
  ]
  await run('pg_restore', [...args, file], url)
}

/** A database of its own beside the real one, dropped after `act`. The account needs CREATEDB. */
export async function withScratch<Result>(url: string, act: (scratch: string) => Promise<Result>): Promise<Result> {
  const { database } = addressOf(url)
  const name = `${database.slice(0, 40)}_drill_${process.pid}`.replaceAll(/[^A-Za-z0-9_]/g, '_')
  await run('createdb', [name], url).catch((error: Error) => {
    throw new Error(`${error.message}；演练要在旁边建一个临时库，请给账号 CREATEDB 权限`)
  })
  const scratch = new URL(url)
  scratch.pathname = `/${name}`
  try {
    return await act(scratch.href)
  } finally {
    await run('dropdb', ['--if-exists', '--force', name], url)
  }
}
