import { type ChildProcess, fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { readPorts } from '../../../collectors/ports.ts'
import { type Service, startMosquitto, temporaryFolder } from '../../services.ts'
import { Receiver, until } from '../delivery/receiver.ts'

const ROOT = join(import.meta.dirname, '../../..')
const SECRETS = Object.fromEntries(
  ['broker.tq-main', 'broker.hik-main', 'broker.case-export', 'broker.wand', 'site.key', 'device.hik'].map((name) => [
    name,
    'x',
  ]),
)

const children: ChildProcess[] = []
let broker: Service | undefined
let receiver: Receiver | undefined
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await receiver?.stop()
  await broker?.stop()
  receiver = broker = undefined
})

/** The process as it is run, without the simulated office. */
function startMain(dataDir: string, url: string, secrets: Record<string, string> | null = SECRETS) {
  if (secrets) writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify(secrets))
  const child = fork(join(ROOT, 'collectors/main.ts'), ['--config', join(ROOT, 'config')], {
    env: {
      ...process.env,
      SANLING_DATA: dataDir,
      SANLING_BROKER_URL: url,
      SANLING_SYSLOG_PORT: '0',
      SANLING_OFFICE: 'off',
      SANLING_LOG: 'silent',
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  children.push(child)
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors += text
  })
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  return { child, ended, errors: () => errors }
}

describe('collectors/main.ts', () => {
  test.each(['SIGTERM', 'SIGINT', 'disconnect'])('syslog in, MQTT out; %s ends it in order', async (how) => {
    broker = await startMosquitto()
    receiver = await Receiver.connect(broker.url)
    const dataDir = temporaryFolder()
    const { child, ended } = startMain(dataDir, broker.url)
    await until(() => readPorts(dataDir)['tq-main']?.udp !== undefined)
    const socket = createSocket('udp4')
    const message = `<134>Nov 24 10:21:07 tq tianqing: {"syslog_topic":"antivirus_scan","guid":"g","client_info":{"name":"JCY-1"}}`
    socket.send(message, readPorts(dataDir)['tq-main']?.udp ?? 0, '127.0.0.1')
    await until(() => receiver?.events.some(({ type }) => type === 'terminal.scan') ?? false)
    socket.close()
    if (how === 'disconnect') child.disconnect()
    else child.kill(how as NodeJS.Signals)
    expect(await ended).toBe(0)
    await until(() => receiver?.statuses.findLast(({ topic }) => topic.includes('tq-main'))?.body.state === 'offline')
    expect(JSON.parse(readFileSync(join(dataDir, 'ports.json'), 'utf8'))['tq-main'].tcp).toBeGreaterThan(0)
  })

  test('without secrets it says what is missing and is not started again', async () => {
    const { ended, errors } = startMain(temporaryFolder(), 'mqtt://127.0.0.1:1', null)
    expect(await ended).toBe(78)
    expect(errors()).toMatch(/读不到密钥文件 .*secrets\.json/)
  })
})
