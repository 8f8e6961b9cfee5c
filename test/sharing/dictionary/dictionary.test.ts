import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { RouteSpec } from '../../../contract/http/route.ts'
import type { DictionaryItem } from '../../../contract/http/sharing-dictionary.ts'
import { PANELS } from '../../../contract/panels/index.ts'
import type { Feature, Migration } from '../../../server/feature.ts'
import { catalogue } from '../../../server/sharing/dictionary/catalogue.ts'
import { dictionaryFeature, tablesOf } from '../../../server/sharing/dictionary/index.ts'
import { nameOf, partsOf, unitOf } from '../../../server/sharing/dictionary/names.ts'
import { shapeOf } from '../../../server/sharing/dictionary/shape.ts'
import { NAMES, WORDS } from '../../../server/sharing/dictionary/words.ts'
import { demoConfig } from '../../helpers/office.ts'
import { type TestRecords, testRecords } from '../../helpers/records.ts'

const ROOT = join(import.meta.dirname, '../../..')
const { permissions } = demoConfig()
const isRoute = (value: unknown): value is RouteSpec =>
  typeof value === 'object' && value !== null && 'permission' in value && 'produces' in value && 'answer' in value
const isMigration = (value: unknown): value is Migration =>
  typeof value === 'object' && value !== null && 'up' in value && 'id' in value && typeof value.id === 'string'

/** Every route that contract/http declares, whether or not a server runs it. */
async function allRoutes(): Promise<RouteSpec[]> {
  const found = new Map<string, RouteSpec>()
  for (const file of globSync(join(ROOT, 'contract/http/*.ts'))) {
    const module = (await import(file)) as Record<string, unknown>
    const values = Object.values(module).flatMap((one) =>
      typeof one === 'object' && one !== null && !(one instanceof z.ZodType) ? [one, ...Object.values(one)] : [],
    )
    for (const value of values) if (isRoute(value)) found.set(value.id, value)
  }
  return [...found.values()]
}
/** Every migration that a file of server/ hands out. */
async function allMigrations(): Promise<Migration[]> {
  const found = new Map<string, Migration>()
  for (const file of globSync(join(ROOT, 'server/**/*.ts'))) {
    if (!/\bMigration\[\]/.test(readFileSync(file, 'utf8'))) continue
    const module = (await import(file)) as Record<string, unknown>
    for (const value of Object.values(module).flat()) if (isMigration(value)) found.set(value.id, value)
  }
  return [...found.values()]
}

let records: TestRecords
let specs: RouteSpec[]
let items: DictionaryItem[]
const panels = Object.keys(PANELS).map((name) => ({ name, permission: 'wall.view' }))
beforeAll(async () => {
  specs = await allRoutes()
  records = await testRecords()
  // The features' order stands in main.ts; here a step that comes too early waits for the next round.
  let waiting = (await allMigrations()).toSorted((a, b) => a.id.localeCompare(b.id))
  while (waiting.length > 0) {
    const late: Migration[] = []
    for (const one of waiting) await records.store.migrate([one]).catch(() => late.push(one))
    if (late.length === waiting.length) throw new Error(`cannot apply ${late.map(({ id }) => id).join(', ')}`)
    waiting = late
  }
  items = catalogue({ specs, panels, permissions, tables: await tablesOf(records.store.read) })
}, 60_000)
afterAll(() => records.close())

describe('the dictionary', () => {
  it('reads interfaces, panels, messages, events, trends and tables', () => {
    expect(new Set(items.map(({ kind }) => kind)).size).toBe(6)
    const tables = new Set(items.filter(({ kind }) => kind === 'store').map(({ group }) => group))
    for (const table of ['inbox', 'alert', 'case_file', 'account', 'sharing_hit']) expect(tables).toContain(table)
    expect(specs.length).toBeGreaterThan(80)
  })

  it('has a Chinese name for every field: add the missing words to server/sharing/dictionary/words.ts', () => {
    const missing = items.filter(({ named }) => !named).map(({ field }) => field.split(/[.[\]{} ]+/).at(-1) ?? field)
    const words = [...new Set(missing.flatMap((field) => partsOf(field).filter((part) => !WORDS.has(part))))]
    expect({ fields: [...new Set(missing)].sort(), words: words.sort() }).toEqual({ fields: [], words: [] })
  })

  it('says of every field who sees it', () => {
    const blind = items.filter(({ sees }) => sees.length === 0).map(({ group }) => group)
    expect([...new Set(blind)]).toEqual([])
    const own = items.find(({ group, field }) => group === 'listCases' && field === 'items[].caseNo')
    expect(own).toMatchObject({ name: '案号', type: '文字', unit: null, named: true })
    expect(own?.sees).toContain('检察官')
    expect(own?.sees).not.toContain('系统管理员')
  })
})

describe('names and units', () => {
  it.each([
    ['closedBy', '关闭人'],
    ['received_ms', '收到时刻'],
    ['byDepartment', '按部门'],
    ['daysLeft', '剩余日数'],
    ['isNonsenseWord', null],
    ['', null],
  ])('%s is %s', (field, name) => {
    expect(nameOf(field)).toBe(name)
  })
  it.each([
    ['receivedAt', '整数', '毫秒（UTC 时间戳）'],
    ['observed_at', '时刻', null],
    ['lagMs', '整数', '毫秒'],
    ['staleAfterS', '数字', '秒'],
    ['daysLeft', '整数，可为空', '日'],
    ['bytes', '整数', '字节'],
    ['title', '文字', null],
  ])('of %s (%s): %s', (field, type, unit) => {
    expect(unitOf(field, type)).toBe(unit)
  })
  it('are Chinese, and each stands once', () => {
    for (const [word, name] of [...WORDS, ...NAMES]) expect(`${word} ${name}`).toMatch(/[\u4e00-\u9fff]|IP|MAC|SHA|K/)
  })
})

describe('shapes', () => {
  it('go through lists, records, variants and nulls, each path once', () => {
    const schema = z.object({
      id: z.string(),
      list: z.array(z.object({ on: z.iso.date().nullable() })),
      by: z.record(z.string(), z.object({ count: z.int() })),
      one: z.discriminatedUnion('what', [
        z.object({ what: z.literal('a'), size: z.int() }),
        z.object({ what: z.literal('b'), size: z.string() }),
      ]),
    })
    const paths = Object.fromEntries(shapeOf(schema, 'output').map(({ path, type }) => [path, type]))
    expect(paths).toMatchObject({
      'list[].on': '日期，可为空',
      'by{}.count': '整数',
      'one.size': '整数或文字',
      'one.what': '固定值 a或固定值 b',
    })
  })
})

describe('the list', () => {
  it('filters, counts and pages', async () => {
    const feature: Feature = dictionaryFeature({
      records: records.store,
      permissions,
      specs: () => specs,
      panels: () => panels,
    })
    const [bound] = feature.routes ?? []
    type Answer = { items: DictionaryItem[]; cursor: string | null; total: number }
    const ask = async (query: object): Promise<Answer> => {
      const call = { query: bound?.spec.query.parse(query), person: undefined } as never
      return (await bound?.handle(call)) as Answer
    }
    const first = await ask({ q: '案号', limit: 5 })
    expect(first.total).toBeGreaterThan(5)
    const second = await ask({ q: '案号', limit: 5, cursor: first.cursor ?? '' })
    expect(second.items[0]).not.toEqual(first.items[0])
    for (const one of first.items) expect(`${one.name}${one.groupName}`).toContain('案号')
    expect((await ask({ kind: 'store', group: 'inbox' })).items.map(({ field }) => field)).toContain('observed_ms')
    await expect(ask({ cursor: 'x' })).rejects.toMatchObject({ id: 'unprocessable' })
    const [file] = feature.exports ?? []
    const pages = await Array.fromAsync(file?.rows({ person: {} as never, filters: { q: '案号' }, now: 0 }) ?? [])
    expect(pages.flat()).toHaveLength(first.total)
  })
})
