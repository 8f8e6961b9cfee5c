import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Figure } from '../../contract/figures.ts'
import { aged, FigureRegistry, figureRoutes } from '../../server/http/figures.ts'
import { ask, FakeClock, type Office, openOffice } from './office.ts'

const at = (ms: number) => new Date(ms).toISOString()
const sample = (name: string, over: Partial<Figure> = {}): Figure => ({
  name,
  title: name,
  value: 1,
  unit: '个',
  at: at(0),
  staleAfter: 60,
  state: 'ok',
  source: '测试',
  formula: '数一数',
  rows: [{ a: 1 }],
  ...over,
})

describe('a figure ages', () => {
  test.each([
    [sample('x'), 60_000, 'ok'],
    [sample('x'), 60_001, 'stale'],
    [sample('x', { at: null }), 0, 'unknown'],
    [sample('x', { at: null, state: 'broken' }), 0, 'broken'],
    [sample('x', { state: 'broken' }), 99_999, 'broken'],
    [sample('x', { state: 'unknown', value: null }), 99_999, 'unknown'],
  ])('%j at %i is %s', (figure, now, state) => {
    expect(aged(figure, now).state).toBe(state)
  })
})

describe('GET /figures', () => {
  let office: Office
  let reckoned = 0
  beforeAll(async () => {
    const clock = new FakeClock()
    const registry = new FigureRegistry(
      [
        {
          permission: 'figures.read',
          names: ['a'],
          list: async () => {
            reckoned += 1
            return [sample('a', { at: at(clock.now()) })]
          },
        },
        { permission: 'cases.read', names: ['b'], list: async () => [sample('b')] },
      ],
      clock,
    )
    office = await openOffice({
      routes: figureRoutes(registry),
      roles: ['security-officer', 'inspection', 'prosecutor'],
    })
  })
  afterAll(() => office.close())
  const get = (path: string, role: string) => ask(office.url, 'GET', path, { token: office.token(role) })

  test('lists what the role may see, without rows', async () => {
    const mine = await get('/api/v1/figures', 'security-officer')
    expect(mine.json.items).toMatchObject([{ name: 'a', rowCount: 1 }])
    expect(mine.text).not.toContain('"rows"')
    expect(((await get('/api/v1/figures', 'inspection')).json.items as unknown[]).length).toBe(2)
  })
  test('one figure brings its rows; unknown is 404, not allowed 403', async () => {
    expect((await get('/api/v1/figures/a', 'security-officer')).json).toMatchObject({
      rows: [{ a: 1 }],
      formula: '数一数',
    })
    expect((await get('/api/v1/figures/b', 'security-officer')).status).toBe(403)
    expect((await get('/api/v1/figures/none', 'security-officer')).status).toBe(404)
  })
  test('many readers, one reckoning', async () => {
    const before = reckoned
    await Promise.all([1, 2, 3, 4].map(() => get('/api/v1/figures', 'prosecutor')))
    expect(reckoned - before).toBeLessThanOrEqual(1)
  })
  test('two sources must not claim one name', () => {
    const source = { permission: 'x', names: ['a'], list: async () => [] }
    expect(() => new FigureRegistry([source, source], new FakeClock())).toThrow('指标 a 登记了两次')
  })
})

test('a clock that was set back does not keep an old reckoning', async () => {
  const clock = new FakeClock()
  let reckoned = 0
  const list = async () => {
    reckoned += 1
    return []
  }
  const registry = new FigureRegistry([{ permission: 'figures.read', names: ['a'], list }], clock)
  await registry.find('a')
  clock.pass(-3_600_000)
  await registry.find('a')
  expect(reckoned).toBe(2)
})
