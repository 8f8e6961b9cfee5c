import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { createSenders } from '../../../collectors/intake/senders.ts'
import { syslogSource } from '../../../collectors/intake/syslog.ts'
import type { SourceContext, SourceRunner } from '../../../collectors/source.ts'
import type { SourceOf } from '../../../config/schema.ts'
import { temporaryFolder } from '../../services.ts'
import { type Recorder, recorder, until } from '../recorder.ts'
import { profileOf } from '../terminals/decoders.ts'

const body = (n: number) => `{"syslog_topic":"antivirus_scan","guid":"g-${n}","client_info":{"name":"JCY-${n}"}}`
const line = (n: number) => `<134>2026-11-24 10:21:07 tq-mgr tianqing: ${body(n)}`
const octets = (text: string) => `${Buffer.byteLength(text)} ${text}`

const FIXTURES = join(import.meta.dirname, '../../fixtures/syslog')
const TLS = join(import.meta.dirname, '../../fixtures/tls')
/** Made for the tests, for localhost, good for a hundred years. */
const PEM = {
  certFile: join(TLS, 'server.cert.pem'),
  keyFile: join(TLS, 'server.key.pem'),
  cert: readFileSync(join(TLS, 'server.cert.pem')),
}
const tlsOf = () => ({ host: '127.0.0.1', port: 0, certFile: PEM.certFile, keyFile: PEM.keyFile })

const running: SourceRunner[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()))
})

async function startSource(more: Partial<SourceOf<'syslog'>> = {}, spied: Partial<SourceContext> = {}) {
  const recorded = recorder({ profile: profileOf('tianqing-v10'), dataDir: temporaryFolder('syslog') })
  const ports: Record<string, number> = {}
  const context = { ...recorded.context, listens: (found: object) => Object.assign(ports, found), ...spied }
  const config: SourceOf<'syslog'> = {
    id: 'tq',
    name: '天擎',
    kind: 'syslog',
    domain: 'terminal',
    profile: 'tianqing-v10',
    staleAfterS: 60,
    enabled: true,
    demo: false,
    udp: { host: '127.0.0.1', port: 0 },
    tcp: { host: '127.0.0.1', port: 0 },
    allow: [],
    maxPerSecond: 5000,
    reservoirMiB: 256,
    ...more,
  }
  const runner = syslogSource(config, context)
  await runner.start()
  running.push(runner)
  return { recorded, port: ports.tcp ?? ports.udp ?? 0, ports }
}
const hosts = (recorded: Recorder) => recorded.drafts.map(({ object }) => object)
async function sendTcp(port: number, ...chunks: (string | Buffer)[]): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {})
  for (const chunk of chunks) socket.write(chunk)
  socket.end()
  socket.resume()
  await once(socket, 'close')
}

describe('syslog receiver', () => {
  test('UDP and TCP share a free port, and say which', async () => {
    const { ports } = await startSource()
    expect(ports.tcp).toBeGreaterThan(0)
    expect(ports.udp).toBe(ports.tcp)
  })

  test('one datagram is one message', async () => {
    const { recorded, port } = await startSource()
    const socket = createSocket('udp4')
    for (let n = 0; n < 50; n++) socket.send(line(n), port, '127.0.0.1')
    await until(() => recorded.drafts.length === 50)
    socket.close()
    expect(recorded.contacts.length).toBeGreaterThan(0)
  })

  test('both framings, many connections', async () => {
    const { recorded, port } = await startSource()
    await Promise.all(
      [0, 1, 2, 3].map((n) =>
        n % 2 === 0
          ? sendTcp(port, ...Array.from({ length: 50 }, (_, m) => `${line(n * 100 + m)}\n`))
          : sendTcp(port, ...Array.from({ length: 50 }, (_, m) => octets(line(n * 100 + m)))),
      ),
    )
    await until(() => recorded.drafts.length === 200)
    expect(new Set(hosts(recorded)).size).toBe(200)
  })

  test("util-linux's logger: --rfc5424 over TCP with --octet-count, and plain UDP", async () => {
    const { recorded, port } = await startSource()
    const logger = (...args: string[]) =>
      promisify(execFile)('logger', ['-n', '127.0.0.1', '-P', String(port), ...args])
    await logger('-T', '--rfc5424', '--octet-count', '-t', 'tianqing', body(1))
    await logger('-T', '--octet-count', '-t', 'tianqing', body(2))
    await logger('-d', '--rfc3164', '-t', 'tianqing', body(3))
    await until(() => recorded.drafts.length === 3)
    expect(hosts(recorded).sort()).toEqual(['JCY-1', 'JCY-2', 'JCY-3'])
    expect(recorded.refusals).toEqual([])
  })

  test('TLS: octet counting and lines, the certificate from the configuration; who does not speak TLS is not heard', async () => {
    const { recorded, ports } = await startSource({ udp: undefined, tcp: undefined, tls: tlsOf() })
    const sendTls = async (...chunks: string[]) => {
      const socket = connectTls({ port: ports.tls, host: '127.0.0.1', servername: 'localhost', ca: PEM.cert })
      await once(socket, 'secureConnect')
      for (const chunk of chunks) socket.write(chunk)
      socket.end()
      socket.resume()
      await once(socket, 'close')
    }
    const frames = readFileSync(join(FIXTURES, 'g1-10-octet-chinese.bin'))
    await sendTls(octets(line(1)), octets(line(2)).slice(0, 30), octets(line(2)).slice(30))
    await sendTls(`${line(3)}\n`)
    await sendTls(frames.toString('utf8'))
    await sendTcp(ports.tls ?? 0, `${line(4)}\n`)
    await until(() => hosts(recorded).length >= 3)
    expect(hosts(recorded).slice(0, 3)).toEqual(['JCY-1', 'JCY-2', 'JCY-3'])
    expect(hosts(recorded)).not.toContain('JCY-4')
    expect(recorded.refusals.every(({ reason }) => reason !== 'bad_header' && reason !== 'frame_too_long')).toBe(true)
  })

  test('TLS: with a client authority nobody is heard without its certificate; a missing file is named', async () => {
    const { recorded, ports } = await startSource({
      udp: undefined,
      tcp: undefined,
      tls: { ...tlsOf(), clientCaFile: PEM.certFile },
    })
    const send = async (proof: object) => {
      const socket = connectTls({ port: ports.tls, host: '127.0.0.1', servername: 'localhost', ca: PEM.cert, ...proof })
      socket.on('error', () => {})
      socket.write(octets(line(proof ? 1 : 2)))
      socket.end()
      socket.resume()
      await new Promise((done) => socket.once('close', done))
    }
    await send({})
    expect(recorded.drafts).toEqual([])
    await send({ cert: PEM.cert, key: readFileSync(PEM.keyFile) })
    await until(() => recorded.drafts.length === 1)
    await expect(startSource({ tls: { ...tlsOf(), keyFile: '/nonexistent.pem' } })).rejects.toThrow('/nonexistent.pem')
    await expect(startSource({ tls: { ...tlsOf(), keyFile: PEM.certFile } })).rejects.toThrow('证书或私钥不可用')
  })

  test('bad input is refused and does not stop the good', async () => {
    const { recorded, port } = await startSource()
    await sendTcp(port, `${line(1)}\n<999>x\n${line(2).slice(0, 60)}\n${line(3)}\n`)
    await sendTcp(port, `999999999 ${line(4)}`)
    await sendTcp(port, octets(line(5)))
    await until(() => recorded.drafts.length === 3)
    expect(hosts(recorded)).toEqual(['JCY-1', 'JCY-3', 'JCY-5'])
    expect(recorded.refusals.map(({ reason }) => reason)).toEqual(['bad_pri', 'frame_split', 'frame_too_long'])
  })

  test('a stranger is not heard, by either transport', async () => {
    const { recorded, port } = await startSource({ allow: ['10.9.9.9', '192.168.0.0/16'] })
    const socket = createSocket('udp4')
    socket.send(line(1), port, '127.0.0.1')
    await sendTcp(port, `${line(2)}\n`)
    await until(() => recorded.dropped() === 2)
    socket.close()
    expect(recorded.drafts).toEqual([])
    expect(recorded.contacts).toEqual([])
  })

  test('too fast over UDP: dropped, counted, said; over TCP the sender waits', async () => {
    const frozen = { now: () => Date.parse('2026-11-24T10:21:08+08:00') }
    const { recorded, port } = await startSource({ maxPerSecond: 20 }, { clock: frozen })
    const socket = createSocket('udp4')
    for (let n = 0; n < 60; n++) socket.send(line(n), port, '127.0.0.1')
    await until(() => recorded.drafts.length + recorded.dropped() === 60)
    socket.close()
    expect(recorded.drafts).toHaveLength(20)
    expect(recorded.states.at(-1)).toMatchObject({ state: 'degraded' })

    const other = await startSource({ maxPerSecond: 100 })
    await sendTcp(other.port, ...Array.from({ length: 150 }, (_, n) => octets(line(n))))
    await until(() => other.recorded.drafts.length === 150)
    expect(other.recorded.dropped()).toBe(0)
  })

  test('TCP reads no further than what is on disk', async () => {
    let open: () => void = () => {}
    const gate = new Promise<void>((done) => {
      open = done
    })
    let taken = 0
    const deliver: SourceContext['deliver'] = async (drafts) => {
      taken += drafts.length
      await gate
    }
    const { port } = await startSource({ maxPerSecond: 1e6, reservoirMiB: 1 }, { deliver })
    const socket = connect(port, '127.0.0.1')
    const one = octets(line(7))
    let written = 0
    while (written < 100_000 && socket.write(one.repeat(1000))) written += 1000
    // Chunks on their way, and blocks of the reservoir on theirs: then it stands still.
    for (let before = -1; taken === 0 || taken !== before; ) {
      before = taken
      await new Promise((done) => setTimeout(done, 300))
    }
    expect(taken * one.length).toBeLessThan(4 * 1024 * 1024)
    open()
    socket.destroy()
  })

  test('a taken port is an error that names it', async () => {
    const { port } = await startSource()
    await expect(startSource({ tcp: { host: '127.0.0.1', port }, udp: undefined })).rejects.toThrow(
      `TCP 端口 ${port} 已被占用`,
    )
  })

  test('stop closes open connections', async () => {
    const { port } = await startSource()
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    socket.on('error', () => {})
    socket.resume()
    await running.splice(0)[0]?.stop()
    await closed
  })
})

describe('senders', () => {
  test('addresses, nets and IPv4 in IPv6', () => {
    const senders = createSenders(['10.8.0.5', '192.168.0.0/16', 'fd00::/8'], 10)
    for (const address of ['10.8.0.5', '::ffff:10.8.0.5', '192.168.7.1', 'fd00::1'])
      expect([address, senders.isAllowed(address)]).toEqual([address, true])
    for (const address of ['10.8.0.6', '127.0.0.1', 'fe80::1']) expect(senders.isAllowed(address)).toBe(false)
  })
  test('an empty list means this machine', () => {
    const senders = createSenders([], 10)
    expect(senders.isAllowed('127.0.0.1') && senders.isAllowed('::1')).toBe(true)
    expect(senders.isAllowed('10.0.0.1')).toBe(false)
  })
  test('a wrong entry is named', () => expect(() => createSenders(['tq-mgr'], 10)).toThrow('tq-mgr'))
  test('allowance comes back with time, each sender has its own', () => {
    const senders = createSenders(['10.0.0.0/8'], 2)
    const ask = (address: string, now: number) => senders.admit(address, now)
    expect([ask('10.0.0.1', 0), ask('10.0.0.1', 0), ask('10.0.0.1', 0)]).toEqual(['welcome', 'welcome', 'too_fast'])
    expect(ask('10.0.0.2', 0)).toBe('welcome')
    expect(senders.waitS('10.0.0.1', 0)).toBeCloseTo(0.5)
    expect(ask('10.0.0.1', 500)).toBe('welcome')
    expect(ask('10.0.0.1', 400)).toBe('too_fast')
  })
})
