import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PanoramaPart, PanoramaRow } from '../../../contract/http/sharing-panorama.ts'
import { caseMigrations, saveCases } from '../../../server/cases/repository.ts'
import { type CaseRecord, freshCase } from '../../../server/cases/rules.ts'
import { sharingPort } from '../../../server/cases/sharing-port.ts'
import type { Principal } from '../../../server/feature.ts'
import { type IngestTables, migrations as ingestMigrations } from '../../../server/ingest/tables.ts'
import { countedAssets, countedPeople, followedCases, followedMatters } from '../../../server/panorama-sources.ts'
import { petitionMigrations } from '../../../server/petitions/tables.ts'
import type { RecordsOptions } from '../../../server/records/store.ts'
import { doorMigrations } from '../../../server/security/doors/repository.ts'
import { terminalMigrations } from '../../../server/security/terminals/repository.ts'
import { exchangeFeature, followedProperty } from '../../../server/sharing/exchange/index.ts'
import { panoramaFeature } from '../../../server/sharing/panorama/index.ts'
import type { PanoramaTables } from '../../../server/sharing/panorama/tables.ts'
import { demoConfig } from '../../helpers/office.ts'
import { storedEvent, testRecords, tick } from '../../helpers/records.ts'
import { startPostgres, temporaryFolder } from '../../services.ts'
import { NOON, officer } from '../subscriptions/office.ts'

const config = demoConfig()
const chief = officer('chief')
const clerk = officer('case-management')
const postgres = await startPostgres()
afterAll(() => postgres.stop())
const STORES: readonly (readonly [string, () => Promise<RecordsOptions>])[] = [
  ['SQLite', async () => ({ kind: 'sqlite', file: join(temporaryFolder('panorama'), 'records.sqlite') })],
  ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
]

async function office(options?: RecordsOptions) {
  let made = 0
  const { idOf } = sharingPort(config)
  const cases = { known: async () => new Set<string>(), progress: async () => [] }
  const build = (store: unknown) => [
    exchangeFeature({ config, records: store as never, cases, newId: () => `x${++made}` }),
    panoramaFeature({
      records: store as never,
      followed: [followedCases(idOf), followedMatters(config), followedProperty({ config })],
      counted: [countedPeople(config), countedAssets(config)],
    }),
  ]
  const migrations = [
    ...ingestMigrations,
    ...caseMigrations,
    ...petitionMigrations,
    ...doorMigrations,
    ...terminalMigrations,
  ]
  const records = await testRecords([{ name: 'grounds', migrations }, ...build(undefined)], NOON, options)
  let features = build(records.store)
  const call = async <Answer>(
    id: string,
    input: { params?: unknown; query?: unknown; body?: unknown; person?: Principal } = {},
  ) => {
    const found = features.flatMap(({ routes }) => routes ?? []).find(({ spec }) => spec.id === id)
    if (!found) throw new Error(id)
    const { spec } = found
    const answer = await found.handle({
      person: input.person ?? chief,
      params: input.params,
      query: spec.query.parse(spec.query.safeParse({}).success ? (input.query ?? {}) : undefined),
      body: input.body,
      now: records.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
    return spec.answer.parse(answer) as Answer
  }
  return {
    records,
    call,
    /** A case as the import leaves it: its record, and an event that names it. */
    async caseChanges(caseNo: string, over: Partial<CaseRecord>, told = true) {
      const event = storedEvent('case.snapshot', '2026-11-24T12:00:00+08:00', {
        object: `case:${caseNo}`,
        data: { caseNo },
      })
      await records.store.write(async ({ tx }) => {
        await saveCases(tx, [{ ...freshCase(caseNo), ...over }], null)
        if (!told) return
        const row = {
          id: event.id,
          type: event.type,
          family: 'case_event',
          domain: 'case',
          collector: 'probe',
          object: event.object,
          severity: 'info',
          observed_ms: NOON,
          received_ms: NOON,
          backfill: 0,
          state: 'done',
          body: JSON.stringify({ data: event.data }),
        }
        await tx
          .withTables<IngestTables>()
          .insertInto('inbox')
          .values(row as never)
          .execute()
      })
    },
    follow: async () => {
      for (const feature of features) await tick(records, feature)
    },
    async crash() {
      for (const one of features.flatMap(({ ticks }) => ticks ?? [])) {
        const run = records.store.write(async (turn) => {
          await one.run(turn)
          throw new Error('power cut')
        })
        await run.catch(() => undefined)
      }
    },
    restart() {
      features = build(records.store)
    },
    part: async (section: string, person = chief) =>
      (await call<{ parts: PanoramaPart[] }>('panorama', { person })).parts.find((one) => one.section === section),
    rows: (section: string, query: object, person = chief) =>
      call<{ items: PanoramaRow[]; cursor: string | null }>('panoramaRows', { params: { section }, query, person }),
    close: () => records.close(),
  }
}
type Office = Awaited<ReturnType<typeof office>>
const THEFT = { wing: '刑事', typeName: '审查起诉', cause: '盗窃', accepted: '2026-10-08' }

describe.each(STORES)('the panorama on %s', (_name, fresh) => {
  let at: Office
  beforeEach(async () => {
    at = await office(await fresh())
  })
  afterEach(() => at.close())

  it('counts what was there before and what comes after, and leads from each number to its rows', async () => {
    await at.caseChanges('甲1号', THEFT, false)
    await at.caseChanges('甲2号', { ...THEFT, cause: '诈骗', custody: true }, false)
    expect(await at.part('case')).toMatchObject({ open: null, complete: false })
    await at.follow()
    await at.caseChanges('甲3号', { ...THEFT, accepted: '2026-11-03' })
    await at.caseChanges('甲1号', { ...THEFT, closed: '2026-11-20' })
    await at.caseChanges('甲4号', { ...THEFT, gone: 'deleted' })
    await at.follow()
    const part = await at.part('case')
    expect(part).toMatchObject({ open: 2, complete: true, verdict: { word: 'unknown' } })
    expect(part?.months.slice(-3)).toEqual([
      { month: '2026-09', in: null, out: null },
      { month: '2026-10', in: 2, out: 0 },
      { month: '2026-11', in: 1, out: 1 },
    ])
    const custody = part?.structures.find(({ dim }) => dim === 'custody')
    expect(custody).toMatchObject({
      total: 2,
      items: [
        { value: '未在押', count: 1, share: 50 },
        { value: '在押', count: 1 },
      ],
    })
    const titles = async (query: object) => (await at.rows('case', query)).items.map(({ title }) => title)
    expect(await titles({ dim: 'custody', value: '在押' })).toEqual(['甲2号'])
    expect(await titles({ measure: 'in', month: '2026-10' })).toHaveLength(2)
    expect(await titles({ measure: 'out', month: '2026-11' })).toEqual(['甲1号'])
    // A structure of the last year counts full months only.
    expect(part?.structures.find(({ dim }) => dim === 'cause')).toMatchObject({ total: 2 })
    expect(await titles({ measure: 'in', dim: 'cause', value: '盗窃' })).toEqual(['甲1号'])
    const first = await at.rows('case', { measure: 'in', month: '2026-10', limit: 1 })
    const second = await at.rows('case', { measure: 'in', month: '2026-10', limit: 1, cursor: first.cursor })
    expect(new Set([...first.items, ...second.items].map(({ title }) => title)).size).toBe(2)
    await expect(at.rows('case', { dim: 'handler', value: 'x' })).rejects.toMatchObject({ id: 'unprocessable' })
  })

  it('shows of nothing that one may not open even the number', async () => {
    await at.caseChanges('甲1号', { ...THEFT, restricted: true }, false)
    await at.follow()
    const sections = async (person: Principal) =>
      (await at.call<{ parts: PanoramaPart[] }>('panorama', { person })).parts.map(({ section }) => section)
    expect(await sections(chief)).toEqual(['case', 'matter', 'property', 'people', 'asset'])
    expect(await sections(clerk)).toEqual(['case', 'matter', 'property', 'people'])
    const bare = { ...clerk, permissions: new Set(['panorama.read']) }
    expect(await sections(bare)).toEqual(['people'])
    await expect(at.rows('case', {}, bare)).rejects.toMatchObject({ id: 'forbidden' })
    await expect(at.rows('asset', { dim: 'guard', value: '未装防护' }, clerk)).rejects.toMatchObject({
      id: 'forbidden',
    })
    expect((await at.part('case'))?.structures.find(({ dim }) => dim === 'cause')?.items).toMatchObject([
      { value: '不公开' },
    ])
    const [row] = (await at.rows('case', {})).items
    expect(row?.note).not.toContain('盗窃')
    // Who came by which door is not for everybody: the number of the day neither.
    expect((await at.part('people', bare))?.months.every((month) => month.in === null)).toBe(true)
  })

  it('tells of people departments and of assets what there is, and ranks neither', async () => {
    const people = await at.part('people')
    expect(people?.open).toBe(config.site.people.length)
    const order = config.site.departments.map(({ name }) => name)
    const shown = people?.structures[0]?.items.map(({ value }) => value) ?? []
    expect(shown.length).toBeGreaterThan(3)
    const rows = (await at.rows('people', { dim: 'quota', value: '员额检察官' })).items
    for (const { title } of rows) expect(order).toContain(title)
    const names = config.site.people.map(({ name }) => name)
    expect(names.filter((name) => JSON.stringify([people, rows]).includes(name))).toEqual([])
    const asset = await at.part('asset')
    const [guard] = asset?.structures ?? []
    const unguarded = guard?.items.find(({ value }) => value === '未装防护')
    if (unguarded)
      expect((await at.rows('asset', { dim: 'guard', value: '未装防护', limit: 1000 })).items).toHaveLength(
        unguarded.count,
      )
  })

  it('follows property through its versions', async () => {
    const give = (records: object[]) =>
      at.call('exchangeGive', {
        person: clerk,
        body: new TextEncoder().encode(JSON.stringify({ schema: 'property', version: '1', unit: 'police', records })),
      })
    const thing = { caseNo: '甲1号', item: 'W1', what: '手机', state: '扣押', seizedOn: '2026-10-02', recordVersion: 1 }
    await give([thing, { ...thing, item: 'W2', recordVersion: 5 }])
    await at.follow()
    expect(await at.part('property')).toMatchObject({
      open: 2,
      structures: [{ items: [{ value: '扣押', count: 2 }] }, {}, {}],
    })
    // A newer version ends it; an older one that comes late does not wake it up again.
    await give([
      { ...thing, state: '发还', recordVersion: 3 },
      { ...thing, state: '冻结', recordVersion: 2 },
    ])
    await at.follow()
    const part = await at.part('property')
    expect(part).toMatchObject({ open: 1 })
    expect(part?.months.at(-1)).toEqual({ month: '2026-11', in: 0, out: 1 })
    expect((await at.rows('property', { dim: 'state', value: '扣押' })).items).toMatchObject([{ title: '手机' }])
  })
})

describe('the cells', () => {
  it('are what counting all things anew would give, whatever comes, goes and breaks in between', async () => {
    const day = fc.constantFrom('2026-09-30', '2026-10-01', '2026-11-02')
    const change = fc.record({
      act: fc.constantFrom('case', 'case', 'case', 'follow', 'crash', 'restart'),
      n: fc.integer({ min: 1, max: 4 }),
      accepted: day,
      closed: fc.option(day, { nil: null }),
      gone: fc.constantFrom(null, null, 'missing' as const, 'deleted' as const),
      custody: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 14 }), async (changes) => {
        const at = await office()
        try {
          const cases = new Map<number, Partial<CaseRecord>>()
          for (const { act, n, ...over } of changes) {
            if (act === 'case') {
              cases.set(n, { ...THEFT, ...over })
              await at.caseChanges(`甲${n}号`, { ...THEFT, ...over })
            } else if (act === 'restart') at.restart()
            else await at[act]()
          }
          await at.follow()
          await at.follow()
          const there = [...cases.values()].filter(({ gone }) => gone !== 'deleted')
          const part = await at.part('case')
          expect(part?.open).toBe(there.filter(({ closed, gone }) => !closed && !gone).length)
          const rows = await at.records.store.read
            .withTables<PanoramaTables>()
            .selectFrom('panorama_cell')
            .select(['month', 'count'])
            .where('measure', '=', 'in')
            .where('dim', '=', '')
            .where('count', '<>', 0)
            .execute()
          const expected = Map.groupBy(there, ({ accepted }) => accepted?.slice(0, 7) ?? '')
          expect(Object.fromEntries(rows.map(({ month, count }) => [month, Number(count)]))).toEqual(
            Object.fromEntries([...expected].map(([month, some]) => [month, some.length])),
          )
        } finally {
          await at.close()
        }
      }),
      { numRuns: 20 },
    )
  })
})
