import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { findProgram, freePort, isRoot, type Service, startService, temporaryFolder } from './process.ts'

export interface MariaDb extends Service {
  /** Runs statements as the administrator. */
  ask(...statements: string[]): Promise<void>
}

/** MariaDB refuses root without being told; then it runs as the package's own user. */
const user = isRoot ? 'mysql' : undefined

export async function startMariaDb(): Promise<MariaDb> {
  const program = findProgram('mariadbd', 'mariadb-server')
  const folder = temporaryFolder('mariadb')
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  const install = findProgram('mariadb-install-db', 'mariadb-server')
  const options = [`--datadir=${data}`, '--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db']
  if (user) execFileSync('chown', ['-R', user, folder])
  execFileSync(install, [...options, ...(user ? [`--user=${user}`] : [])], { stdio: 'pipe', cwd: folder })
  const port = await freePort()
  const ask = async (...statements: string[]): Promise<void> => {
    const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root', charset: 'utf8mb4' })
    try {
      for (const statement of statements) await connection.query(statement)
    } finally {
      connection.destroy()
    }
  }
  const service = await startService({
    name: 'MariaDB',
    program,
    args: [
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 's')}`,
      '--innodb-buffer-pool-size=16M',
      '--character-set-server=utf8mb4',
      '--skip-log-bin',
    ],
    folder,
    port,
    url: `mysql://root@127.0.0.1:${port}`,
    ...(user ? { user } : {}),
    ready: async () => {
      await ask('select 1')
      return true
    },
  })
  return Object.assign(service, { ask })
}
