import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { alertAcknowledge as acknowledge, alertClose as close } from '../../contract/http/alerts.ts'
import { AlertLoadPanel, type AlertsPanel } from '../../contract/panels/alerts.ts'
import { orderOf } from '../../server/alerts/ids.ts'
import { mergeAlert } from '../../web/live/alerts.ts'
import { type Office, officer, openOffice, sqliteStore } from '../alerts/office.ts'

/** A drill goes the way of every alert and is counted nowhere: with and without it the office has the same numbers. */
const DRILL = 'D-20261124-083100'
const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
async function office(): Promise<Office> {
  const store = sqliteStore()
  const made = await openOffice(store, {
    drill: { isUnderWay: (id) => id.startsWith('drill-'), decided: () => undefined },
  })
  closing.push(store.remove, () => made.close())
  return made
}
const drillEvent = (one: Office, severity: 'critical' | 'warning' = 'critical') =>
  one.event('infra.drill', `drill:${DRILL}`, {
    id: 'drill-1',
    collector: 'drill',
    severity,
    data: { title: '机房门强行开启', purpose: '月度演练', next: '按预案口头复述' },
  })

async function numbers(one: Office) {
  const { items: _, freshness: __, ...panel } = await one.panel()
  const load = AlertLoadPanel.omit({ freshness: true }).parse(
    await one.feature.panels?.find(({ name }) => name === 'alert-load')?.load(one.clock.ms),
  )
  const figures = await one.feature.figures?.[0]?.list(one.clock.ms)
  const open = await one.feature.open()
  const rows: unknown[] = []
  for (const each of one.feature.exports ?? [])
    for await (const page of each.rows({ person: officer, filters: {}, now: one.clock.ms })) rows.push(...page)
  return { panel, load, figures, open, rows }
}

type Step = 'forced' | 'closed' | 'refused' | 'acknowledge' | 'close'
async function play(one: Office, steps: readonly Step[], drillAt: number | null): Promise<void> {
  for (const [at, step] of steps.entries()) {
    await one.at(`08:${String(30 + at).padStart(2, '0')}:00`)
    if (at === drillAt) await one.says(drillEvent(one))
    if (at === (drillAt ?? 0) + 2 && drillAt !== null)
      await one.store.write((turn) => one.feature.drills.end(turn, DRILL, '演练结束，自动撤销'))
    if (step === 'forced') await one.says(one.event('door.forced', 'door:E1'))
    if (step === 'closed') await one.says(one.event('door.closed', 'door:E1'))
    if (step === 'refused')
      for (let n = 0; n < 3; n++)
        await one.says(one.event('access.denied', 'door:P2', { data: { reason: 'no_right' } }))
    const [first] = await one.feature.open()
    if (step === 'acknowledge' && first?.state === 'unacknowledged')
      await one.call(acknowledge, { params: { id: first.id }, body: { reason: '已派人' } })
    if (step === 'close' && first && first.state !== 'unacknowledged')
      await one.call(close, { params: { id: first.id }, body: { reason: '已处置' } }).catch(() => undefined)
  }
}
/** Ids of events and the moment in their text differ from office to office. */
const stripped = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(/"e\d+"/g, '"e"'))

describe('a drill', () => {
  it('changes no figure, no count, no panel number, no list that is taken away', async () => {
    const step = fc.constantFrom<Step>('forced', 'closed', 'refused', 'acknowledge', 'close')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), fc.nat(5), async (steps, drillAt) => {
        const [plain, drilled] = await Promise.all([office(), office()])
        await play(plain, steps, null)
        await play(drilled, steps, drillAt)
        expect(stripped(await numbers(drilled))).toEqual(stripped(await numbers(plain)))
      }),
      { numRuns: 12 },
    )
  })

  it('is on the wall like any alert, with its word, and leaves by itself without anybody', async () => {
    const one = await office()
    await one.at('08:31:00')
    await one.says(drillEvent(one))
    const panel = await one.panel()
    expect(panel.items).toMatchObject([
      { id: DRILL, severity: 'critical', state: 'unacknowledged', drill: true, escalatesAt: null },
    ])
    expect(panel.items[0]?.title).toBe('【演练】机房门强行开启')
    expect(panel.counts.unacknowledged).toBe(0)
    await one.store.write((turn) => one.feature.drills.end(turn, DRILL, '演练结束，自动撤销'))
    expect((await one.panel()).items).toEqual([])
    const history = await one.history(DRILL)
    expect(history.map(({ reason }) => reason)).toEqual(['first', 'cleared', 'drill-ended'])
    expect(history.at(-1)?.text).toBe('演练结束，自动撤销')
  })

  it('can be acknowledged and worked, and still ends by itself', async () => {
    const one = await office()
    await one.at('08:31:00')
    await one.says(drillEvent(one, 'warning'))
    await one.call(acknowledge, { params: { id: DRILL }, body: { reason: '演练确认' } })
    const card = await one.store.write((turn) => one.feature.drills.card(turn, DRILL))
    expect(card).toMatchObject({ owner: '安全岗 A', closed: false })
    await one.store.write((turn) => one.feature.drills.end(turn, DRILL, '演练结束，自动撤销'))
    expect(await one.list()).toEqual([])
  })

  it('rings for nobody who only calls himself one', async () => {
    const one = await office()
    await one.at('08:31:00')
    await one.says(one.event('infra.drill', 'drill:D-20261124-083100', { data: { title: '假的' } }))
    expect(await one.list()).toEqual([])
    expect((await one.panel()).items).toEqual([])
  })

  it('never ends another alert', async () => {
    const one = await office()
    await one.says(one.event('door.forced', 'door:E1'))
    const [real] = await one.list()
    await one.store.write((turn) => one.feature.drills.end(turn, real?.id ?? '', '演练结束，自动撤销'))
    expect(await one.list()).toHaveLength(1)
  })

  it('stands in the list behind the numbered ones of its day and can be paged over', async () => {
    const one = await office()
    await one.at('08:31:00')
    await one.says(drillEvent(one), one.event('door.forced', 'door:E1'))
    const all = await one.list({ limit: 1 })
    expect(all.map(({ id }) => id)).toEqual([DRILL])
    expect((await one.list({ limit: 1, cursor: DRILL })).map(({ id }) => id)).toEqual(['A-20261124-0001'])
    expect(orderOf('A-20261124-9999')).toBeLessThan(orderOf('D-20261124-000000') ?? 0)
    expect(orderOf('D-20261124-235959')).toBeLessThan(orderOf('A-20261125-0001') ?? 0)
    expect(orderOf('D-20261124-250000')).toBeUndefined()
  })
})

describe('on the wall’s side', () => {
  it('an alert event of a drill adds a row and moves no number; the next real one is still counted', async () => {
    const one = await office()
    await one.says(one.event('door.forced', 'door:E1'))
    const before: AlertsPanel = await one.panel()
    await one.says(drillEvent(one))
    const told = one.announced.at(-1)
    if (!told) throw new Error('nothing told')
    const after = mergeAlert(before, told)
    expect(after.items).toHaveLength(2)
    expect({ ...after, items: [] }).toEqual({ ...before, items: [] })
    await one.says(one.event('door.forced', 'door:P2'))
    const next = one.announced.at(-1)
    if (!next) throw new Error('nothing told')
    expect(mergeAlert(after, next).counts.unacknowledged).toBe(before.counts.unacknowledged + 1)
  })
})
