import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ROOT } from '../commands/product.ts'

/** As an office runs it: no supervisor, `serve` and `collect` as processes of their own, secrets made by `admin`. */
let place: string
let running: ChildProcess[]
let env: Record<string, string>
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'sanling-activate-'))
  running = []
  env = {
    SANLING_DATA: join(place, 'data'),
    SANLING_SOURCES_D: join(place, 'sources.d'),
    SANLING_PORT: '0',
    SANLING_MQTT_PORT: '0',
    SANLING_SYSLOG_PORT: '0',
    SANLING_OFFICE: 'off',
  }
})
afterEach(async () => {
  await Promise.all(running.map(end))
  rmSync(place, { recursive: true, force: true })
  rmSync(join(place, 'data-anchor'), { recursive: true, force: true })
})

const admin = (...args: string[]): string =>
  execFileSync(process.execPath, ['server/commands/admin.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })

/** Starts a program; resolves with the log line that has all of these keys. */
function launch(program: string, keys: readonly string[]): Promise<Record<string, string>> {
  const child = spawn(process.execPath, [program], { cwd: ROOT, env: { ...process.env, ...env } })
  running.push(child)
  let said = ''
  return new Promise((resolve, reject) => {
    const hear = (text: string) => {
      said += text
      for (const line of said.split('\n')) {
        if (!line.startsWith('{') || !line.endsWith('}')) continue
        const told = JSON.parse(line) as Record<string, string>
        if (keys.every((key) => key in told)) resolve(told)
      }
    }
    child.stdout?.setEncoding('utf8').on('data', hear)
    child.stderr?.setEncoding('utf8').on('data', hear)
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${said.slice(-1500)}`)))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  await gone
}

async function until<Value>(look: () => Promise<Value | undefined> | Value | undefined): Promise<Value> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((done) => setTimeout(done, 100))
  }
}

const VIRUS =
  '<134>Nov 24 10:21:07 tq tianqing: {"syslog_topic":"antivirus_virus","guid":"6c","virus_name":"T.Demo","file_alarm_time":1795486860,"severity":"3","result":"1","client_info":{"name":"JCY-YB-021"}}'

it('a source added at the desk is live after init and a restart: its line becomes an event and its first sample', async () => {
  admin('init')
  admin('account', 'add', 'wang', '--roles', 'system-admin')
  const token = /：([\w-]{43})\n/.exec(admin('token', 'add', 'wang'))?.[1] ?? ''
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  let server = await launch('server/commands/serve.ts', ['url', 'mqttUrl'])
  const source = {
    id: 'tq-branch',
    name: '分院天擎',
    kind: 'syslog',
    domain: 'terminal',
    profile: 'tianqing-v10',
    staleAfterS: 600,
    udp: { host: '127.0.0.1', port: 5599 },
  }
  const ask = (path: string, init: RequestInit = {}) => fetch(`${server.url}/api/v1${path}`, { headers, ...init })
  const added = await ask('/source-wizard', { method: 'POST', body: JSON.stringify({ source }) })
  expect([added.status, await added.json()]).toMatchObject([
    201,
    { id: 'tq-branch', activated: false, next: expect.stringContaining('admin -- init') },
  ])
  expect((await ask('/sources/tq-branch')).status).toBe(404)

  for (const child of running.splice(0)) await end(child)
  const secrets = () => JSON.parse(readFileSync(join(place, 'data', 'secrets.json'), 'utf8')) as Record<string, string>
  expect(secrets()['broker.tq-branch']).toBeUndefined()
  admin('init')
  expect(secrets()['broker.tq-branch']).toMatch(/\S{16,}/)

  server = await launch('server/commands/serve.ts', ['url', 'mqttUrl'])
  env.SANLING_BROKER_URL = server.mqttUrl ?? ''
  await launch('collectors/main.ts', ['sources'])
  const ports = join(place, 'data', 'ports.json')
  const port = await until(() => {
    if (!existsSync(ports)) return undefined
    return (JSON.parse(readFileSync(ports, 'utf8')) as Record<string, { udp?: number }>)['tq-branch']?.udp
  })
  const socket = createSocket('udp4')
  await new Promise<void>((done) => socket.send(VIRUS, port, '127.0.0.1', () => done()))
  socket.close()
  const detail = await until(async () => {
    const answer = await ask('/sources/tq-branch')
    if (answer.status !== 200) return undefined
    const told = (await answer.json()) as { samples: { type: string; object: string }[]; lastOkAt: number | null }
    return told.samples.length > 0 ? told : undefined
  })
  expect(detail.samples[0]).toMatchObject({ type: 'terminal.virus', object: expect.stringContaining('JCY-YB-021') })
  const events = (await (await ask('/events?type=terminal.virus')).json()) as { items: { collector: string }[] }
  expect(events.items.map(({ collector }) => collector)).toEqual(['tq-branch'])
}, 120_000)
