import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type {
  Batch,
  Conflict,
  DryRun,
  ExchangeRow,
  Mapping,
  Quality,
  SharedRecord,
} from '../../../contract/http/sharing-exchange.ts'
import { exchangePort } from '../../../server/cases/exchange-port.ts'
import { caseMigrations, saveCases } from '../../../server/cases/repository.ts'
import { freshCase } from '../../../server/cases/rules.ts'
import type { Principal, StreamAnswer } from '../../../server/feature.ts'
import type { RecordsOptions } from '../../../server/records/store.ts'
import { readCsv } from '../../../server/sharing/exchange/csv.ts'
import { exchangeFeature, sharedFeed } from '../../../server/sharing/exchange/index.ts'
import { demoConfig } from '../../helpers/office.ts'
import { type TestRecords, testRecords } from '../../helpers/records.ts'
import { startPostgres, temporaryFolder } from '../../services.ts'
import { DAY, NOON, numberOf, officer } from '../subscriptions/office.ts'

const config = demoConfig()
const clerk = officer('case-management')
const postgres = await startPostgres()
afterAll(() => postgres.stop())
const STORES: readonly (readonly [string, () => Promise<RecordsOptions>])[] = [
  ['SQLite', async () => ({ kind: 'sqlite', file: join(temporaryFolder('exchange'), 'records.sqlite') })],
  ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
]

async function exchange(options?: RecordsOptions) {
  let made = 0
  const build = (store: unknown) =>
    exchangeFeature({
      config,
      records: store as never,
      cases: exchangePort(config),
      newId: () => `x${String(++made).padStart(5, '0')}`,
    })
  const records: TestRecords = await testRecords(
    [{ name: 'cases', migrations: caseMigrations }, build(undefined)],
    NOON,
    options,
  )
  const feature = build(records.store)
  async function call<Answer>(
    id: string,
    input: { params?: unknown; query?: unknown; body?: unknown; person?: Principal } = {},
  ): Promise<Answer> {
    const found = feature.routes?.find(({ spec }) => spec.id === id)
    if (!found) throw new Error(id)
    const { spec } = found
    const answer = await found.handle({
      person: input.person ?? clerk,
      params: input.params,
      query: spec.query.parse(spec.query.safeParse({}).success ? (input.query ?? {}) : input.query),
      body: spec.consumes === 'json' ? spec.body.parse(input.body) : input.body,
      now: records.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
    return (spec.produces === 'json' ? spec.answer.parse(answer) : answer) as Answer
  }
  const give = (content: object | string, over: { person?: Principal; query?: object } = {}) =>
    call<Batch & { problems: { reason: string; row: number }[] }>('exchangeGive', {
      body: new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content)),
      ...over,
    })
  return { records, feature, call, give, close: () => records.close() }
}
type Exchange = Awaited<ReturnType<typeof exchange>>
const record = (n: number, over: object = {}) => ({
  caseNo: `示检起诉受[2026]${n}号`,
  document: `(2026)示刑初${n}号`,
  judgedOn: '2026-11-03',
  crime: '盗窃',
  recordVersion: 1,
  ...over,
})
const file = (records: object[], over: object = {}) => ({
  schema: 'judgment',
  version: '1',
  unit: 'court',
  ...over,
  records,
})

describe.each(STORES)('the exchange on %s', (_name, fresh) => {
  let house: Exchange
  beforeEach(async () => {
    house = await exchange(await fresh())
  })
  afterEach(() => house.close())
  const latest = async (query: object = { standard: 'judgment' }) =>
    (await house.call<{ items: SharedRecord[] }>('exchangeRecords', { query })).items

  it('takes a file once, a change as a new version, an old version without going back', async () => {
    const first = file([record(1), record(2), record(3, { judgedOn: '哪天' })])
    expect(await house.give(first)).toMatchObject({ rows: 3, accepted: 2, unchanged: 0, quarantined: 1 })
    expect(await house.give(first)).toMatchObject({ rows: 3, accepted: 0, unchanged: 2, quarantined: 1 })
    expect(await house.give(file([record(1, { crime: '诈骗' })]))).toMatchObject({
      accepted: 0,
      quarantined: 1,
      problems: [{ reason: 'version-conflict', row: 1 }],
    })
    expect(await house.give(file([record(1, { crime: '诈骗', recordVersion: 3 })]))).toMatchObject({
      accepted: 1,
      older: 0,
    })
    expect(await house.give(file([record(1, { crime: '抢劫', recordVersion: 2 })]))).toMatchObject({
      accepted: 1,
      older: 1,
    })
    expect((await latest()).map(({ values, version }) => [values.crime, version])).toEqual([
      ['盗窃', '1'],
      ['诈骗', '3'],
    ])
  })

  it('keeps bad rows as they came until they are mended or given up', async () => {
    await house.give(file([record(1, { crime: '' }), record(2, { months: '很久' })]))
    const { items } = await house.call<{ items: ExchangeRow[] }>('exchangeQuarantine')
    expect(items.map(({ reason, field, raw }) => [reason, field, raw.document])).toEqual(
      expect.arrayContaining([
        ['missing-field', '罪名', '(2026)示刑初1号'],
        ['bad-value', '刑期（月）', '(2026)示刑初2号'],
      ]),
    )
    const [one, other] = items
    const fix = (raw: object) =>
      house.call<ExchangeRow>('fixExchangeRow', { params: { id: one?.id }, body: { raw, reason: '与法院核对' } })
    await expect(fix({ ...one?.raw, crime: '', months: '' })).rejects.toMatchObject({ id: 'unprocessable' })
    // What failed has left nothing behind: neither record nor a second row in quarantine.
    expect((await house.call<{ items: ExchangeRow[] }>('exchangeQuarantine')).items).toHaveLength(2)
    expect(await fix({ ...one?.raw, crime: '盗窃', months: '6' })).toMatchObject({ state: 'fixed' })
    await expect(fix({ ...one?.raw, crime: '盗窃', months: '6' })).rejects.toMatchObject({ id: 'conflict' })
    await house.call('discardExchangeRow', { params: { id: other?.id }, body: { reason: '法院撤回' } })
    expect((await house.call<{ items: ExchangeRow[] }>('exchangeQuarantine')).items).toEqual([])
    expect(await latest()).toHaveLength(1)
  })

  it('refuses a file of another version, of no standard, of nobody, and of somebody else', async () => {
    for (const wrong of [
      { version: '2' },
      { version: undefined },
      { schema: 'nothing' },
      { unit: 'nobody' },
      { schema: 'case-progress' },
    ])
      await expect(house.give(file([record(1)], wrong))).rejects.toMatchObject({ id: 'unprocessable' })
    expect(await latest()).toEqual([])
  })

  it('tries a mapping out, keeps it, and reads a foreign file by it', async () => {
    const mapping = {
      name: '法院导出',
      standard: 'judgment',
      unit: 'court',
      version: null,
      fields: [
        { to: 'caseNo', from: '检察院案号', values: {} },
        { to: 'document', from: '案号', values: {} },
        { to: 'judgedOn', from: '宣判日期', values: {} },
        { to: 'crime', from: '罪名', values: { 盗窃罪: '盗窃' } },
      ],
    }
    const sample =
      '检察院案号,案号,宣判日期,罪名\n示检起诉受〔2026〕9号,刑初9号,2026/11/9,盗窃罪\n,刑初10号,2026/11/9,盗窃罪\n'
    const dry = await house.call<DryRun>('exchangeDryRun', { body: { mapping, sample } })
    expect(dry).toMatchObject({
      rows: 2,
      good: 1,
      problems: [{ row: 2, reason: 'missing-key' }],
      sample: [{ values: { crime: '盗窃' } }],
    })
    expect(await latest()).toEqual([])
    const lacking = { ...mapping, fields: mapping.fields.slice(1) }
    await expect(house.call('exchangeDryRun', { body: { mapping: lacking, sample } })).rejects.toMatchObject({
      id: 'unprocessable',
    })
    const saved = await house.call<Mapping>('saveExchangeMapping', { body: { id: null, mapping } })
    expect(await house.give(sample, { query: { mapping: saved.id } })).toMatchObject({ accepted: 1, quarantined: 1 })
    expect(await house.give(sample, { query: { mapping: saved.id } })).toMatchObject({ accepted: 0, unchanged: 1 })
    const changed = await house.call<Mapping>('saveExchangeMapping', {
      body: { id: saved.id, mapping: { ...mapping, name: '法院导出二' } },
    })
    expect(changed).toMatchObject({ id: saved.id, rev: 2, name: '法院导出二' })
  })

  it('reports what is missing, too old, in contradiction, and of no case of ours', async () => {
    await house.records.store.write(({ tx }) => saveCases(tx, [freshCase('示检起诉受[2026]1号')], null))
    await house.give(file([record(1, { effectiveOn: '2026-11-13' }), record(2), record(3, { crime: '' })]))
    await house.give(file([record(1, { crime: '诈骗' })], { unit: 'police' }))
    house.records.clock.ms += 11 * DAY
    const report = await house.call<{ items: Quality[]; conflicts: Conflict[] }>('exchangeQuality')
    const court = report.items.find(({ unit }) => unit === 'court')
    expect(court).toMatchObject({ records: 2, stale: true, unmatched: 1, quarantined: 1 })
    expect(court?.missing).toContainEqual({ field: 'effectiveOn', name: '生效日期', count: 1 })
    expect(report.conflicts).toMatchObject([
      { key: '示检起诉受[2026]1号 / (2026)示刑初1号', name: '罪名', values: [{ value: '盗窃' }, { value: '诈骗' }] },
    ])
  })

  it('hands new records to subscriptions in order of arrival', async () => {
    const feed = sharedFeed({ config })
    const start = await feed.end(house.records.store.read)
    await house.give(file([record(1), record(2)]))
    const got = await feed.since(house.records.store.read, start, 10, NOON)
    expect(got.subjects.map(({ facts }) => facts.unit)).toEqual(['示例区人民法院', '示例区人民法院'])
    expect(got.subjects[0]?.facts.content).toContain('罪名：盗窃')
    expect((await feed.since(house.records.store.read, got.place, 10, NOON)).rows).toBe(0)
  })

  it('gives away only what the token may open, page by page, safe for spreadsheets', async () => {
    const prosecutor = officer('prosecutor')
    await house.records.store.write(({ tx }) =>
      saveCases(
        tx,
        [
          { ...freshCase('甲1号'), typeName: '=HYPERLINK("x")', handlerNo: numberOf(prosecutor) },
          { ...freshCase('甲2号'), typeName: '审查起诉' },
          { ...freshCase('甲3号'), typeName: '审查起诉', restricted: true },
        ],
        null,
      ),
    )
    const take = async (query: object, person = clerk) => {
      const { stream } = await house.call<StreamAnswer>('exchangeTake', {
        query: { standard: 'case-progress', ...query },
        person,
      })
      return text(stream)
    }
    const first = JSON.parse(await take({ limit: 1 }))
    const second = JSON.parse(await take({ limit: 1, cursor: first.cursor }))
    const third = JSON.parse(await take({ limit: 1, cursor: second.cursor }))
    expect(
      [first, second]
        .flatMap(({ records }) => records)
        .map(({ caseNo }) => caseNo)
        .sort(),
    ).toEqual(['甲1号', '甲2号'])
    expect(third).toMatchObject({ schema: 'case-progress', version: '1', cursor: null, records: [] })
    const csv = await take({ format: 'csv' })
    expect(csv.startsWith('\ufeff#schema=case-progress;version=1;unit=')).toBe(true)
    const cells = readCsv(csv.slice(1)).flat()
    expect(cells.filter((cell) => /^[=+@]/.test(cell))).toEqual([])
    expect(cells).toContain(`'=HYPERLINK("x")`)
    const own = JSON.parse(await take({}, { ...prosecutor, permissions: new Set(['exchange.take', 'cases.read-own']) }))
    expect(own.records.map(({ caseNo }: { caseNo: string }) => caseNo)).toEqual(['甲1号'])
    await expect(take({}, { ...clerk, permissions: new Set(['exchange.take']) })).rejects.toMatchObject({
      id: 'forbidden',
    })
  })
})

describe('files in any order and any number', () => {
  it('end in the same records, and no row is lost', async () => {
    const row = fc.record({ n: fc.integer({ min: 1, max: 3 }), version: fc.integer({ min: 1, max: 3 }) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
        async (files) => {
          const house = await exchange()
          try {
            let sum = 0
            for (const rows of files) {
              const content = file(rows.map(({ n, version }) => record(n, { recordVersion: version, months: version })))
              const batch = await house.give(content)
              expect(batch.accepted + batch.unchanged + batch.quarantined).toBe(rows.length)
              sum += batch.accepted
            }
            const versions = new Set(files.flat().map(({ n, version }) => `${n} ${version}`))
            expect(sum).toBe(versions.size)
            const { items } = await house.call<{ items: SharedRecord[] }>('exchangeRecords', {
              query: { standard: 'judgment' },
            })
            const newest = new Map<number, number>()
            for (const { n, version } of files.flat()) newest.set(n, Math.max(newest.get(n) ?? 0, version))
            expect(items.map(({ values }) => Number(values.months)).sort()).toEqual([...newest.values()].sort())
          } finally {
            await house.close()
          }
        },
      ),
      { numRuns: 20 },
    )
  })
})
