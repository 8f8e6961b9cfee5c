import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dryRun } from '../../collectors/dry-run.ts'
import { loadConfig } from '../../config/load.ts'
import { DryRunAnswer } from '../../contract/http/source-wizard.ts'
import { dryRunner } from '../../server/sources/dry-run.ts'
import { KIND_NAMES } from '../../server/sources/form.ts'
import { KINDS, profilesOf } from '../../server/sources/kinds.ts'
import { wizardRoutes } from '../../server/sources/wizard.ts'
import { bookOf, csvOf, HEADER, line } from '../collectors/cases/build.ts'
import { demoConfig } from '../helpers/office.ts'

const config = demoConfig()
const office = { profiles: config.profiles, site: config.site, now: 1_795_500_000_000, personHash: () => 'h:x' }
const ask = (source: Record<string, unknown>, sample: string | Buffer) =>
  dryRun({ source, sample: Buffer.from(sample).toString('base64'), name: 'x' }, office)
const common = { id: 'new', name: '新来源', staleAfterS: 60 }
const TERMINAL = { ...common, kind: 'syslog', domain: 'terminal', profile: 'tianqing-v10' }
const VIRUS =
  '<134>Nov 24 10:21:07 tq tianqing: {"syslog_topic":"antivirus_virus","guid":"6c","virus_name":"T.Demo","odd_key":"odd","file_alarm_time":1795486860,"severity":"3","result":"1","client_info":{"name":"JCY-YB-021"}}'

describe('a sample tried before anything is live', () => {
  it('shows events, unmapped keys and refusals of syslog lines', async () => {
    const answer = await ask(TERMINAL, `${VIRUS}\r\n<134>Nov 24 10:21:07 tq tianqing: {"cut\n`)
    expect(answer).toMatchObject({ ok: true, eventCount: 1, refusalCount: 1, types: { 'terminal.virus': 1 } })
    expect(answer.events[0]).toMatchObject({ object: expect.stringContaining('JCY-YB-021') })
    expect(answer.unmapped).toContain('odd_key')
    expect(answer.refusals[0]?.reason).toBe('bad_json')
  })

  it('shows the cases of an export without a name in them, and the column that nothing takes', async () => {
    const book = bookOf([
      { rows: [[...HEADER, '自定义列'], [...line(1), 'x'], ['坏号', ...line(2).slice(1)], ['合计']] },
    ])
    const answer = await ask(
      { ...common, kind: 'case-export', domain: 'case', profile: 'case-export', folder: 'x' },
      book,
    )
    expect(answer).toMatchObject({ ok: true, eventCount: 1, refusalCount: 1, unmapped: ['自定义列'] })
    expect(answer.events[0]?.data.caseNo).toBe(line(1)[0])
    expect(JSON.stringify(answer)).not.toContain('示例甲')
    expect(answer.mapped).toContain('handler')
  })

  it.each([
    ['a csv without a header', 'a,b\n1,2\n', 'header_not_found'],
    ['a workbook with macros', bookOf([{ rows: [] }]).subarray(0, 40), 'bad_header'],
  ])('%s is a refusal with its reason', async (_, sample, reason) => {
    const answer = await ask(
      { ...common, kind: 'case-export', domain: 'case', profile: 'case-export', folder: 'x' },
      sample,
    )
    expect(answer).toMatchObject({ eventCount: 0, refusals: [{ reason }] })
  })

  it('says what cannot be tried, and what is wrong with the fragment', async () => {
    expect(await ask({ ...TERMINAL, profile: 'nowhere' }, 'x')).toMatchObject({ ok: false })
    expect((await ask({ ...TERMINAL, kind: 'nothing' }, 'x')).problem).toContain('kind')
    const vendor = { ...common, kind: 'vendor', domain: 'terminal', profile: 'hikvision-isapi' }
    expect((await ask(vendor, 'x')).problem).toContain('没有对应的解码文件')
  })

  it('runs in a process of its own, as the server asks for it', async () => {
    const run = dryRunner('collectors/dry-run.ts', 'config', '/nonexistent')
    const sample = Buffer.from(csvOf([line(1), line(2)])).toString('base64')
    const source = { ...common, kind: 'case-export', domain: 'case', profile: 'case-export', folder: 'x' }
    expect(DryRunAnswer.parse(await run({ source, sample, name: 'a.csv' }))).toMatchObject({ eventCount: 2 })
    await expect(
      dryRunner('collectors/dry-run.ts', '/nonexistent', '/x')({ source, sample, name: 'a' }),
    ).rejects.toThrow('试解析未能运行')
  })

  it('offers every way that sources.yaml knows, with templates that fit once their gaps are filled', async () => {
    expect(new Set(KINDS.map(({ kind }) => kind))).toEqual(new Set(KIND_NAMES))
    for (const { kind, template } of KINDS) {
      const profile = String(template.profile) || 'tianqing-v10'
      expect(profilesOf(kind, config.profiles.values()), kind).toContain(profile)
      const filled = { ...template, id: 'a', name: 'b', profile, ...(kind === 'artemis' ? { appKey: 'k' } : {}) }
      const source = JSON.parse(JSON.stringify(filled).replace('"serial":""', '"serial":"ZK1"'))
      const answer = await ask(source, 'x')
      expect([kind, answer.problem]).toEqual([kind, null])
    }
  })

  it('has an input with a Chinese word for every key of every schema', () => {
    for (const { kind, fields } of KINDS)
      for (const field of fields.flatMap((one) => [one, ...one.fields]))
        expect([kind, field.key, field.label]).toEqual([
          kind,
          field.key,
          expect.stringMatching(/\p{Script=Han}|AppKey|AppSecret/u),
        ])
    const hikvision = KINDS.find(({ kind }) => kind === 'hikvision')
    expect(hikvision?.fields.find(({ key }) => key === 'devices')).toMatchObject({
      type: 'rows',
      required: true,
      fields: [{ key: 'id' }, { key: 'url' }, { key: 'username' }, { key: 'password', type: 'secret' }],
    })
    expect(hikvision?.fields.find(({ key }) => key === 'push')).toMatchObject({ type: 'group', required: false })
    const view = KINDS.find(({ kind }) => kind === 'case-sql')
    expect(view?.fields.find(({ key }) => key === 'driver')?.choices.map(({ value }) => value)).toEqual([
      'postgres',
      'mysql',
    ])
    expect(view?.fields.find(({ key }) => key === 'maxVanish')).toMatchObject({ min: 0, max: 1, fallback: 0.2 })
  })
})

describe('adding it', () => {
  let dir: string
  let restarts: number
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'sanling-wizard-'))
    restarts = 0
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const routes = (restart = true) =>
    wizardRoutes(
      {
        profiles: config.profiles,
        sourceIds: config.sources.sources.map(({ id }) => id),
        sourcesDir: join(dir, 'sources.d'),
        cancelDir: join(dir, 'cancel-import'),
        reach: { dataDir: dir, configDir: 'config', taken: (name) => name === 'keys' },
        dryRun: async () => DryRunAnswer.parse({}),
        ...(restart ? { restart: () => restarts++ } : {}),
      },
      ['view'],
    )
  const post = (id: string, call: object, restart = true) => {
    const found = routes(restart).find(({ spec }) => spec.id === id)
    return found?.handle(call as never) as Promise<Record<string, unknown>>
  }
  const add = (source: object, restart = true) => post('addSource', { body: { source } }, restart)

  it('writes one file, which the configuration then has, and starts again', async () => {
    const answer = await add({ ...TERMINAL, udp: { host: '127.0.0.1', port: 5599 } })
    expect(answer).toMatchObject({ id: 'new', activated: true })
    expect(restarts).toBe(1)
    expect(readFileSync(join(dir, 'sources.d', 'new.yaml'), 'utf8')).toContain('tianqing-v10')
    const loaded = loadConfig('config', undefined, join(dir, 'sources.d'))
    expect(loaded.sources.sources.at(-1)).toMatchObject({ id: 'new', maxPerSecond: 5000 })
    await expect(add(TERMINAL)).rejects.toMatchObject({ id: 'conflict' })
  })

  it('refuses what reaches where no device and no import folder is', async () => {
    const cases = { ...common, kind: 'case-export', domain: 'case', profile: 'case-export' }
    await expect(add({ ...cases, folder: '/etc' })).rejects.toMatchObject({ id: 'unprocessable' })
    await expect(add({ ...cases, folder: 'keys' })).rejects.toMatchObject({ detail: expect.stringContaining('folder') })
    expect(restarts).toBe(0)
  })

  it('without a supervisor it says what to do', async () => {
    expect(await add(TERMINAL, false)).toMatchObject({ activated: false, next: expect.stringContaining('admin') })
  })

  it.each([
    [
      'a password in clear',
      {
        ...common,
        kind: 'hikvision',
        domain: 'access',
        profile: 'hikvision-isapi',
        devices: [{ id: 'a', url: 'http://a', username: 'a', password: 'geheim' }],
      },
    ],
    ['an id that leaves the folder', { ...TERMINAL, id: '../x' }],
    ['an unknown profile', { ...TERMINAL, profile: 'x' }],
    ['an unknown key', { ...TERMINAL, evil: 1 }],
  ])('refuses %s and writes nothing', async (_, source) => {
    await expect(add(source)).rejects.toMatchObject({ id: 'unprocessable' })
    expect(restarts).toBe(0)
    expect(() => readFileSync(join(dir, 'sources.d', 'new.yaml'))).toThrow()
  })

  it('refuses an id that is taken', async () => {
    await expect(add({ ...TERMINAL, id: 'tq-main' })).rejects.toMatchObject({ id: 'conflict' })
  })

  it('leaves a mark that stops an import, or that confirms what vanished from a view', async () => {
    await post('cancelImport', { params: { id: 'case-export' } })
    expect(readFileSync(join(dir, 'cancel-import', 'case-export'), 'utf8')).toBe('')
    await expect(post('confirmVanished', { params: { id: 'case-export' }, body: {} })).rejects.toMatchObject({
      id: 'not-found',
    })
    await post('confirmVanished', { params: { id: 'view' }, body: { vanished: 6, reason: '已移送' } })
    expect(readFileSync(join(dir, 'confirm-vanished', 'view'), 'utf8')).toBe('6')
    await expect(post('cancelImport', { params: { id: 'nowhere' } })).rejects.toMatchObject({ id: 'not-found' })
  })
})
