import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as api from '../../contract/http/alerts.ts'
import type { StoredEvent } from '../../server/feature.ts'
import { moment, openOffice, rule, shippedRules, sqliteStore } from './office.ts'

/** A history that can be asked as ingest's can. */
const historyOf = (events: StoredEvent[]) =>
  async function* ({ types, from, to }: { types: readonly string[]; from: number; to: number }) {
    const found = events.filter(
      (event) => types.includes(event.type) && event.observedMs >= from && event.observedMs < to,
    )
    for (let at = 0; at < found.length; at += 7) yield found.slice(at, at + 7)
  }

const withOffice = async <T>(
  events: StoredEvent[],
  rules: ReturnType<typeof shippedRules>,
  work: (office: Awaited<ReturnType<typeof openOffice>>) => Promise<T>,
): Promise<T> => {
  const store = sqliteStore()
  const office = await openOffice(store, { rules, history: historyOf(events) })
  try {
    return await work(office)
  } finally {
    await office.close()
    store.remove()
  }
}
const run = { from: moment('00:00:00'), to: moment('23:00:00') }

describe('the dry run', () => {
  it('says what live would have raised, whatever came (property)', async () => {
    const step = fc.record({
      type: fc.constantFrom('access.denied', 'door.held', 'door.closed', 'door.forced'),
      door: fc.constantFrom('door:E1', 'door:P2'),
      gapS: fc.integer({ min: 0, max: 200 }),
      backfill: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const events: StoredEvent[] = []
        await withOffice(events, shippedRules({ storm: { perMinute: 2 } }), async (office) => {
          for (const { type, door, gapS, backfill } of steps) {
            office.clock.ms += gapS * 1000
            await office.ticks()
            const event = office.event(type, door, { backfill })
            events.push(event)
            await office.says(event)
          }
          office.clock.ms = run.to
          await office.ticks()
          const live = await office.list({ step: 'new', limit: 1000 })
          for (const id of ['access.denied-repeated', 'door.held', 'door.forced']) {
            const dry = await office.call(api.alertRuleDryRun, { body: { rule: id, ...run } })
            const shape = (one: {
              cause: string
              count: number
              firstAt: number
              lastAt: number
              returnedAt: number | null
              title: string
            }) => ({
              cause: one.cause,
              count: one.count,
              firstAt: one.firstAt,
              lastAt: one.lastAt,
              returnedAt: one.returnedAt,
              title: one.title,
            })
            const own = live.filter(({ cause }) => cause.startsWith(`${id}:`) || cause === `storm:${id}`)
            expect(dry.items.map(shape)).toEqual(own.toReversed().map(shape))
          }
        })
      }),
      { numRuns: 25 },
    )
  })

  it('tries a rule that is not in the file yet', async () => {
    const events: StoredEvent[] = []
    await withOffice(events, shippedRules(), async (office) => {
      for (let n = 0; n < 4; n++)
        events.push(office.event('access.rex', 'door:E1', { observedMs: moment('09:00:00') + n * 1000 }))
      const trial = rule({ id: 'access.rex-often', kind: 'count', on: ['access.rex'], threshold: 4, withinS: 60 })
      const dry = await office.call(api.alertRuleDryRun, {
        body: { rule: { ...trial }, from: '2026-11-24T08:00:00+08:00', to: run.to },
      })
      expect(dry).toMatchObject({ events: 4, cards: 1, occurrences: 1, items: [{ cause: 'access.rex-often:door:E1' }] })
      expect(await office.list()).toHaveLength(0)
    })
  })

  it.each([
    ['unknown.rule', 'not-found'],
    ['terminal.patch-missing', 'unprocessable'],
    ['door.off-hours', 'unprocessable'],
  ])('refuses %s', async (id, refusal) => {
    await withOffice([], shippedRules(), async (office) => {
      await expect(office.call(api.alertRuleDryRun, { body: { rule: id, ...run } })).rejects.toMatchObject({
        id: refusal,
      })
    })
  })

  it('names what is wrong with a rule', async () => {
    await withOffice([], shippedRules(), async (office) => {
      const asked = office.call(api.alertRuleDryRun, { body: { rule: { id: 'X', kind: 'event' }, ...run } })
      await expect(asked).rejects.toMatchObject({
        id: 'bad-input',
        errors: expect.arrayContaining([expect.objectContaining({ path: 'rule.severity' })]),
      })
    })
  })
})
