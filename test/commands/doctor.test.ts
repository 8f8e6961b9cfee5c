import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Check, Finding } from '../../server/commands/checks/check.ts'
import { rights } from '../../server/commands/checks/folders.ts'
import { CHECKS } from '../../server/commands/checks/index.ts'
import { wordsOf } from '../../server/commands/checks/words.ts'
import { ensureSecrets, prepareDataDir } from '../../server/commands/data.ts'
import { judgeCertificate } from '../../server/upkeep/certificates.ts'
import { demoConfig } from '../helpers/office.ts'
import { freePort, startMosquitto, startPostgres, temporaryFolder } from '../services.ts'
import { newAuthority } from '../trust/authority.ts'
import { ROOT } from './product.ts'

/** An installation that is broken in one way: what is said, and what to do, in Chinese. */
const home = temporaryFolder('doctor')
let dataDir: string
let taken: Server | undefined
let rooms = 0
const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing) await close()
})
beforeEach(() => {
  dataDir = join(home, `data-${++rooms}`)
  prepareDataDir(dataDir)
  ensureSecrets(dataDir, demoConfig(), false)
})
afterEach(() => {
  vi.unstubAllEnvs()
  taken?.close()
  taken = undefined
})

const services = (value: object): void => {
  const file = join(home, `services-${rooms}.yaml`)
  writeFileSync(file, JSON.stringify(value))
  vi.stubEnv('SANLING_SERVICES', file)
}
const checkOf = (subject: string): Check => {
  const found = CHECKS.find((check) => check.subject === subject)
  if (!found) throw new Error(`no check ${subject}`)
  return found
}
const look = (subject: string, environment: object = {}): Promise<Finding[]> =>
  checkOf(subject).look({ configDir: join(ROOT, 'config'), dataDir, environment: environment as never })
const trouble = async (subject: string, environment?: object) =>
  (await look(subject, environment)).filter(({ level }) => level !== 'ok')
/** A chain as the records keep it, whose last entry is of this moment. */
const recordsAt = (at: string): void => {
  const db = new DatabaseSync(join(dataDir, 'records.sqlite'))
  db.exec('create table chain_entry (chain text, seq integer, at text); create table migration (id text)')
  db.prepare("insert into chain_entry values ('audit', 1, ?)").run(at)
  db.exec("insert into migration values ('ingest/001-inbox')")
  db.close()
}
/** A port that somebody else has, and one that nobody has. */
const somebody = (host = '127.0.0.1'): Promise<number> =>
  new Promise((resolve) => {
    taken = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('220 not what you think\r\n', () => socket.destroy())
    }).listen(0, host, () => {
      const address = taken?.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })

test('a whole installation has no fault in any check', async () => {
  const levels = await Promise.all(
    CHECKS.filter(({ subject }) => !['磁盘', '时钟', '日历', '配置', '运行状况'].includes(subject)).map(async (check) =>
      (await look(check.subject, { port: 0, mqttPort: 0 })).filter(({ level }) => level !== 'ok'),
    ),
  )
  expect(levels.flat()).toEqual([])
})

describe('folders', () => {
  const folder = { name: '数据目录', path: home, variable: 'SANLING_DATA' }
  const refusing = (code: string) => () => {
    throw Object.assign(new Error(code), { code })
  }
  test.each([
    ['no right to write', 'EACCES', /没有读写权限/, /chown -R sanling/],
    ['a file system that only reads', 'EROFS', /只读/, /ReadWritePaths/],
  ])('%s', (_name, code, text, mend) => {
    expect(rights(folder, refusing(code))).toMatchObject([
      { level: 'fail', text: expect.stringMatching(text), mend: expect.stringMatching(mend) },
    ])
  })
  test('a file where a folder should be', async () => {
    const file = join(home, 'file')
    writeFileSync(file, '')
    vi.stubEnv('SANLING_BACKUPS', join(file, 'backups'))
    expect(await trouble('权限')).toMatchObject([{ level: 'fail', text: expect.stringMatching(/备份目录.*不是目录/) }])
  })
  test('keys and data that others may read, each with the command that mends it', async () => {
    mkdirSync(join(dataDir, 'keys'), { mode: 0o700 })
    writeFileSync(join(dataDir, 'keys/sign.pem'), '', { mode: 0o600 })
    execFileSync('chmod', ['755', dataDir])
    execFileSync('chmod', ['644', join(dataDir, 'secrets.json'), join(dataDir, 'keys/sign.pem')])
    expect((await trouble('权限')).map(({ mend }) => mend)).toEqual([
      `chmod 700 ${dataDir}`,
      `chmod 600 ${join(dataDir, 'secrets.json')}`,
      `chmod 600 ${join(dataDir, 'keys/sign.pem')}`,
    ])
  })
})

describe('keys', () => {
  test('a file that is gone while the data are there is not made anew', async () => {
    rmSync(join(dataDir, 'secrets.json'))
    expect(await trouble('密钥')).toMatchObject([{ level: 'warn', mend: expect.stringContaining('admin -- init') }])
    recordsAt('2026-01-01T00:00:00.000Z')
    expect(await trouble('密钥')).toMatchObject([{ level: 'fail', mend: expect.stringContaining('从最近的备份取回') }])
  })
  test('a source without its key, and what services.yaml takes from elsewhere', async () => {
    const { [`broker.${demoConfig().sources.sources[0]?.id}`]: _gone, ...rest } = ensureSecrets(
      dataDir,
      demoConfig(),
      false,
    )
    writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify(rest), { mode: 0o600 })
    services({ records: { kind: 'postgres', url: { env: 'SANLING_NO_SUCH' } } })
    const found = await trouble('密钥')
    expect(found.map(({ text }) => text).join('\n')).toMatch(
      /缺少 broker\.[\s\S]*services\.records\.url：环境变量 SANLING_NO_SUCH 未设置/,
    )
    expect(found.every(({ level, mend }) => level === 'fail' && mend !== '')).toBe(true)
    services({
      metrics: {
        kind: 'influx',
        url: 'http://127.0.0.1:1',
        database: 'x',
        username: 'x',
        password: { file: '/nowhere/pwd' },
      },
    })
    expect((await trouble('密钥')).at(-1)?.text).toMatch(/services\.metrics\.password：.*\/nowhere\/pwd/)
  })
})

describe('clock and data', () => {
  test('a clock that stands before what was already written', async () => {
    recordsAt('2099-01-01T00:00:00.000Z')
    expect(await trouble('时钟')).toMatchObject([
      { level: 'fail', text: expect.stringMatching(/比已存数据早 \d+ 小时/) },
    ])
  })
  test('records of an older program, of a newer one, and a file that is none', async () => {
    recordsAt('2026-01-01T00:00:00.000Z')
    expect(await trouble('数据版本')).toMatchObject([{ level: 'warn', text: expect.stringContaining('较旧的程序') }])
    const db = new DatabaseSync(join(dataDir, 'records.sqlite'))
    db.exec("insert into migration values ('ingest/999-of-tomorrow')")
    db.close()
    expect(await trouble('数据版本')).toMatchObject([
      { level: 'fail', mend: expect.stringContaining('before-upgrade') },
    ])
    writeFileSync(join(dataDir, 'records.sqlite'), 'x'.repeat(8192))
    expect(await trouble('记录库')).toMatchObject([{ level: 'fail', mend: expect.stringContaining('npm run restore') }])
  })
})

describe('services', () => {
  test('a port that somebody else has; our own running server is no trouble', async () => {
    const port = await somebody()
    expect(await trouble('端口', { port, mqttPort: 0 })).toMatchObject([
      { level: 'fail', text: `网页端口 ${port} 被其他程序占用`, mend: expect.stringContaining('ss -ltnp') },
    ])
    writeFileSync(join(dataDir, 'health.json'), '{}')
    expect(await trouble('端口', { port, mqttPort: 0 })).toEqual([])
  })
  test('PostgreSQL that is down, a wrong password, no such database', async () => {
    const postgres = await startPostgres()
    closing.push(() => postgres.stop())
    const told = async (change: (url: URL) => void) => {
      const url = new URL(postgres.url)
      change(url)
      vi.stubEnv('SANLING_DOCTOR_PG', url.href)
      services({ records: { kind: 'postgres', url: { env: 'SANLING_DOCTOR_PG' } } })
      return look('记录库')
    }
    expect((await told(() => undefined))[0]).toMatchObject({ level: 'ok', text: expect.stringContaining('PostgreSQL') })
    const nobody = await freePort()
    const down = await told((url) => {
      url.port = String(nobody)
    })
    expect(down).toMatchObject([{ level: 'fail', text: expect.stringContaining('没有程序在监听') }])
    const missing = await told((url) => {
      url.pathname = '/none'
    })
    expect(missing).toMatchObject([{ level: 'fail', text: expect.stringContaining('没有这个数据库') }])
  })
  test('a broker that is down, and one that does not know the password', async () => {
    const broker = await startMosquitto()
    closing.push(() => broker.stop())
    const nobody = await freePort()
    vi.stubEnv('SANLING_DOCTOR_MQTT', 'wrong')
    const at = (url: string) =>
      services({ broker: { kind: 'mqtt', url, username: 'server', password: { env: 'SANLING_DOCTOR_MQTT' } } })
    at(`mqtt://127.0.0.1:${nobody}`)
    expect(await trouble('消息代理')).toMatchObject([
      { level: 'fail', text: expect.stringContaining('没有程序在监听') },
    ])
    expect(wordsOf(new Error('Connection refused: Not authorized'))).toContain('账号或口令不对')
    expect(wordsOf(new Error('Connection refused: Bad User Name or Password'))).toContain('账号或口令不对')
    expect(wordsOf(Object.assign(new Error('password authentication failed'), { code: '28P01' }))).toContain(
      '账号或口令',
    )
    at(broker.url)
    expect(await trouble('消息代理')).toEqual([])
  })
  test('a directory, a clamd and an influxd that nobody answers for', async () => {
    const port = await freePort()
    services({
      directory: { url: `ldap://127.0.0.1:${port}`, userDn: 'uid={username}' },
      scanner: { port },
      metrics: {
        kind: 'influx',
        url: `http://127.0.0.1:${port}`,
        database: 'x',
        username: 'x',
        password: { env: 'PATH' },
      },
    })
    expect(await trouble('单位目录')).toMatchObject([
      {
        level: 'fail',
        text: expect.stringContaining('没有程序在监听'),
        mend: expect.stringContaining('ldap 的账号此时无法登录'),
      },
      { level: 'warn', text: expect.stringContaining('明文') },
    ])
    expect(await trouble('查毒')).toMatchObject([{ level: 'fail', text: expect.stringContaining('没有程序在监听') }])
    expect(await trouble('指标库')).toMatchObject([{ level: 'warn', text: expect.stringContaining('没有程序在监听') }])
    services({ directory: { url: `ldaps://127.0.0.1:${await somebody()}`, userDn: 'uid={username}' } })
    expect(await trouble('单位目录')).toMatchObject([{ level: 'fail', text: expect.stringContaining('TLS') }])
  })
})

describe('certificates', () => {
  const { certFile, keyFile, caFile } = newAuthority('doctor-days')
  const other = newAuthority('doctor-other')
  const DAY = 86_400_000
  const now = Date.now()
  const at = (days: number, one: { keyFile?: string } = {}) =>
    judgeCertificate({ key: 'http.tls.certFile', file: certFile, ...one }, now + days * DAY)
  test('about to run out, run out, not yet valid', () => {
    expect(at(0)).toMatchObject({ level: 'warn', text: expect.stringMatching(/还有 [12] 天到期/) })
    expect(at(-9)).toMatchObject({ level: 'fail', text: expect.stringContaining('尚未生效') })
    expect(at(9)).toMatchObject({ level: 'fail', text: expect.stringMatching(/已过期 \d+ 天/) })
    expect(at(0).mend).toContain('重启服务')
  })
  test('a key that is missing, none, or of another certificate', () => {
    expect(at(0, { keyFile }).level).toBe('warn')
    expect(at(0, { keyFile: '/nowhere/key.pem' })).toMatchObject({
      level: 'fail',
      text: expect.stringContaining('不存在'),
    })
    expect(at(0, { keyFile: caFile })).toMatchObject({ level: 'fail', text: expect.stringContaining('不是有效的私钥') })
    expect(at(0, { keyFile: other.keyFile })).toMatchObject({
      level: 'fail',
      text: expect.stringContaining('不是一对'),
    })
  })
})
