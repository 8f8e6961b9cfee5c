import { execFile } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { messagesOf } from '../../../collectors/intake/posted.ts'
import { build } from '../../../collectors/main.ts'
import type { SourceRunner } from '../../../collectors/source.ts'
import { ProfileFile, SourceConfig } from '../../../config/schema.ts'
import { temporaryFolder } from '../../services.ts'
import { recorder, until } from '../recorder.ts'
import { profileOf } from './decoders.ts'

/** The ways in, each as sources.yaml would ask for it. */
const running: SourceRunner[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()))
})

const NOW = Date.parse('2026-11-24T10:21:30+08:00')
const common = { id: 'src', name: '来源', domain: 'terminal', staleAfterS: 60 }
async function start(config: object, options: Partial<Parameters<typeof recorder>[0]> & { vendorDir?: string } = {}) {
  const source = SourceConfig.parse({ ...common, ...config })
  const profile = options.profile ?? profileOf(source.profile)
  const recorded = recorder({ now: () => NOW, ...options, profile })
  const ports: Record<string, number> = {}
  const runner = await build(source, {
    ...recorded.context,
    vendorDir: options.vendorDir,
    listens: (found) => Object.assign(ports, found),
  })
  await runner.start()
  running.push(runner)
  return { recorded, ports, runner }
}
const wazuh = (n: number, at = '2026-11-24T10:21:07.123+0800') =>
  JSON.stringify({
    timestamp: at,
    rule: { level: 7, description: 'x', id: '5710', groups: ['sshd'] },
    agent: { id: '004', name: 'JCY-1' },
    manager: { name: 'wazuh-1' },
    id: `1795486867.${n}`,
  })

describe('log-file', () => {
  test('from restart to rotation: each alert once, old ones as history, a missing file is said', async () => {
    const dataDir = temporaryFolder('log-file')
    const file = join(dataDir, 'alerts.json')
    const store = new Map<string, string>()
    const config = { kind: 'log-file', profile: 'wazuh', file: 'alerts.json', pollS: 0.01 }
    const first = await start(config, { dataDir, store })
    await until(() => first.recorded.states.at(-1)?.state === 'degraded')
    writeFileSync(file, `${wazuh(1, '2026-11-24T08:00:00.000+0800')}\n${wazuh(2)}\nnonsense\n${wazuh(3).slice(0, 50)}`)
    await until(() => first.recorded.drafts.length === 2 && first.recorded.refusals.length === 1)
    expect(first.recorded.drafts.map(({ backfill }) => backfill ?? false)).toEqual([true, false])
    expect(first.recorded.states.at(-1)?.state).toBe('ok')
    expect(first.recorded.contacts.length).toBeGreaterThan(0)
    await running.splice(0)[0]?.stop()

    appendFileSync(file, `${wazuh(3).slice(50)}\n`)
    renameSync(file, `${file}.1`)
    writeFileSync(file, `${wazuh(4)}\n${wazuh(4)}\n`)
    const second = await start(config, { dataDir, store })
    await until(() => second.recorded.drafts.length === 2)
    expect(second.recorded.drafts.map(({ nativeId }) => nativeId)).toEqual([
      'wazuh-1 1795486867.3',
      'wazuh-1 1795486867.4',
    ])
    expect(second.recorded.refusals).toEqual([])
  })
})

describe('web-hook', () => {
  const hook = { kind: 'web-hook', profile: 'wazuh', port: 0, token: { env: 'X' } }
  const post = (port: number | undefined, path: string, body: string, more: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, ...more })

  test('one object, a list, lines; 200 once they are on disk', async () => {
    const { recorded, ports } = await start(hook, { secret: 'geheim' })
    for (const body of [wazuh(1), `[${wazuh(2)},${wazuh(3)}]`, `${wazuh(4)}\r\n\n${wazuh(5)}`]) {
      const answer = await post(ports.http, '/hook/geheim', body)
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({ refused: 0 })
    }
    const bearer = { headers: { authorization: 'Bearer geheim' } }
    expect((await post(ports.http, '/', wazuh(5), bearer)).status).toBe(200)
    expect(recorded.drafts.map(({ nativeId }) => nativeId?.split('.')[1])).toEqual(['1', '2', '3', '4', '5'])
  })
  test('wrong token, method, encoding, size; broken bodies are refused, not lost', async () => {
    const { recorded, ports } = await start(hook, { secret: 'geheim' })
    expect((await post(ports.http, '/hook/falsch', wazuh(1))).status).toBe(404)
    expect((await post(ports.http, '/', wazuh(1))).status).toBe(404)
    expect((await fetch(`http://127.0.0.1:${ports.http}/hook/geheim`)).status).toBe(405)
    const packed = { headers: { 'content-encoding': 'gzip' } }
    expect((await post(ports.http, '/hook/geheim', wazuh(1), packed)).status).toBe(415)
    expect((await post(ports.http, '/hook/geheim', 'x'.repeat(1_100_000))).status).toBe(413)
    expect(await (await post(ports.http, '/hook/geheim', '{"half')).json()).toEqual({
      stored: 0,
      refused: 1,
      dropped: 0,
    })
    expect(recorded.drafts).toEqual([])
    expect(recorded.refusals.map(({ reason }) => reason)).toEqual(['bad_json'])
  })
  test('what cannot be written is answered 500: the sender keeps it', async () => {
    let full = true
    const { recorded, ports } = await start(hook, {
      secret: 'geheim',
      onDeliver: () => {
        if (full) throw new Error('disk full')
      },
    })
    expect((await post(ports.http, '/hook/geheim', wazuh(1))).status).toBe(500)
    full = false
    expect((await post(ports.http, '/hook/geheim', wazuh(1))).status).toBe(200)
    expect(recorded.drafts).toHaveLength(1)
  })
  test('messages of a body', () => {
    const texts = (body: string) => messagesOf(Buffer.from(body))?.map((one) => Buffer.from(one).toString())
    expect(texts('')).toEqual([])
    expect(texts(' [1, {"a":2}]')).toEqual(['1', '{"a":2}'])
    expect(texts('{"a":\n1}')).toEqual(['{"a":\n1}'])
    expect(texts('a\n\r\nb')).toEqual(['a', 'b'])
    expect(texts(`[${'1,'.repeat(5000)}1]`)).toBe(undefined)
  })
})

describe('line-folder', () => {
  test('G4.14 the hook of clamd: read once renamed, names with quotes, nothing half', async () => {
    const dataDir = temporaryFolder('hook')
    const folder = join(dataDir, 'hook')
    mkdirSync(folder)
    const { recorded } = await start(
      { kind: 'line-folder', profile: 'clamav', host: 'SRV-1', folder: 'hook', settleS: 0, scanS: 0.02 },
      { dataDir, now: () => Date.now() },
    )
    writeFileSync(join(folder, '.half.tmp'), '{"virus":"Half')
    await promisify(execFile)('sh', [join(import.meta.dirname, '../../../collectors/terminals/clamav-hook.sh')], {
      env: {
        ...process.env,
        SANLING_HOOK_DIR: folder,
        SANLING_HOST_NAME: 'SRV-FILE',
        CLAM_VIRUSEVENT_VIRUSNAME: 'Sanling.Test',
        CLAM_VIRUSEVENT_FILENAME: '/srv/a "b" \\ $(touch x)`y`\n.doc',
      },
    })
    await until(() => recorded.drafts.length === 1)
    expect(recorded.drafts[0]).toMatchObject({
      type: 'terminal.virus',
      object: 'SRV-FILE',
      data: { name: 'Sanling.Test', path: '/srv/a "b" \\ $(touch x)`y`.doc', action: 'none' },
    })
    await until(() => readdirSync(join(folder, 'done')).length === 2)
    expect(readdirSync(folder)).toContain('.half.tmp')
    expect(recorded.refusals).toEqual([])
  })
})

describe('an invented vendor takes one file and one profile', () => {
  const vendors = (file: string, code: string): string => {
    const folder = temporaryFolder('vendors')
    writeFileSync(join(folder, file), code)
    return folder
  }
  const profile = (kind: string, more: object = {}) =>
    ProfileFile.parse({ id: 'acme', version: 1, kind, basis: '虚构厂商', ...more })

  test('whose messages come by a way that is there: the same file serves syslog, log files, web hooks', async () => {
    const vendorDir = vendors(
      'acme.ts',
      `import type { DialectFactory } from '../collectors/terminals/dialects.ts'

       /** ACME says \`virus HOST NAME\`. */
       export const dialect: DialectFactory = (profile) => ({
         zone: 'Asia/Shanghai',
         priOptional: true,
         decode: ({ message }, receivedMs) => {
           const [what = '', host = '', name = ''] = message.split(' ')
           const event = (profile.words as Record<string, string>)[what]
           const observedAt = Temporal.Instant.fromEpochMilliseconds(receivedMs).toString()
           const draft = { type: event ?? 'terminal.other', object: host, nativeKey: message, observedMs: receivedMs, observedAt, data: { host, name } }
           return { drafts: [draft], refusals: [], dropped: 0 }
         },
       })`,
    )
    const options = { profile: profile('acme', { words: { virus: 'terminal.virus' } }), vendorDir }
    const udp = await start({ kind: 'syslog', profile: 'acme', tcp: { port: 0 } }, options)
    await promisify(execFile)('logger', [
      '-n',
      '127.0.0.1',
      '-P',
      String(udp.ports.tcp),
      '-T',
      '-t',
      'acme',
      'virus JCY-9 Evil',
    ])
    await until(() => udp.recorded.drafts.length === 1)
    expect(udp.recorded.drafts[0]).toMatchObject({ type: 'terminal.virus', object: 'JCY-9', data: { name: 'Evil' } })

    const dataDir = temporaryFolder('acme')
    writeFileSync(join(dataDir, 'acme.log'), 'virus JCY-8 Worse\n')
    const file = await start(
      { kind: 'log-file', profile: 'acme', file: 'acme.log', pollS: 0.01 },
      { ...options, dataDir },
    )
    await until(() => file.recorded.drafts.length === 1)
    expect(file.recorded.drafts[0]).toMatchObject({ type: 'terminal.virus', object: 'JCY-8' })
  })

  test('with a way of its own, and settings that it checks itself', async () => {
    const vendorDir = vendors(
      'acme-box.ts',
      `export const source = (config, context) => ({
         async start() {
           if (typeof config.settings.box !== 'string') throw new Error('settings.box 缺少')
           const now = context.clock.now()
           await context.deliver([{ type: 'terminal.other', object: config.settings.box, nativeKey: '1', observedMs: now, observedAt: '2026-11-24T10:21:30+08:00', data: {} }])
         },
         async stop() {},
       })`,
    )
    const options = { profile: profile('acme-box'), vendorDir }
    const { recorded } = await start({ kind: 'vendor', profile: 'acme', settings: { box: 'B-7' } }, options)
    expect(recorded.drafts[0]).toMatchObject({ object: 'B-7' })
    await expect(start({ kind: 'vendor', profile: 'acme' }, options)).rejects.toThrow('settings.box')
  })

  test('a kind without file, or with a name that leaves the folder, is refused', async () => {
    const vendorDir = vendors('other.ts', 'export const other = 1')
    for (const kind of ['fax', '../../etc/passwd', 'other', 'cef-parse'])
      await expect(
        start({ kind: 'log-file', profile: 'x', file: 'x' }, { profile: profile(kind), vendorDir }).then(() =>
          running.pop()?.stop(),
        ),
      ).rejects.toThrow(/没有对应的解码文件/)
  })
})
