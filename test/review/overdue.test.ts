import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { casesFeature } from '../../server/cases/index.ts'
import { reviewPort } from '../../server/cases/review-port.ts'
import type { TaskSpec } from '../../server/feature.ts'
import { reviewFeature } from '../../server/review/index.ts'
import { alive, demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, feed, storedEvent, type TestRecords, testRecords, tick } from '../helpers/records.ts'

const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
const DAY = 86_400_000
const config = demoConfig()
const QUIET = { open: async () => undefined, close: async () => undefined, readdress: async () => undefined }

async function office() {
  const alerts = alertLog()
  const tasks = new Map<string, TaskSpec>()
  const dropped: string[] = []
  const build = (records: TestRecords['store']) => ({
    cases: casesFeature({
      config,
      records,
      calendar: demoCalendar(),
      alerts: alertLog(),
      tasks: QUIET,
      newId: () => randomBytes(12).toString('hex'),
      freshness: async () => alive('业务系统', NOON),
    }),
    review: reviewFeature({
      config,
      records,
      cases: reviewPort(config),
      newId: () => randomBytes(12).toString('hex'),
      secret: () => randomBytes(32).toString('hex'),
      anchor: () => undefined,
      alerts,
      tasks: {
        open: async (_turn, specs) => {
          for (const spec of specs) tasks.set(spec.key, spec)
        },
        close: async (_turn, keys, why) => {
          for (const key of keys) if (tasks.delete(key)) dropped.push(why)
        },
      },
    }),
  })
  const shapes = build(undefined as unknown as TestRecords['store'])
  const records = await testRecords([shapes.cases, shapes.review], NOON)
  const { cases, review } = build(records.store)
  const caseNo = '示检刑诉受[2026]1号'
  const at = '2026-11-23T09:00:00+08:00'
  const data = { caseNo, kind: '审查起诉', acceptedAt: '2026-10-23', handlerNo: '10007', custody: false }
  await feed(records, cases, [
    storedEvent('case.accepted', at, { object: 'case:1', data }),
    storedEvent('case.closed', at, { object: 'case:1', data: { caseNo, closedAt: '2026-11-23', outcome: '提起公诉' } }),
  ])
  await tick(records, review, 'reviews-open')
  return { records, review, alerts, tasks, dropped, look: () => tick(records, review, 'reviews-overdue') }
}
let o: Awaited<ReturnType<typeof office>>
beforeEach(async () => {
  o = await office()
})
afterEach(() => o.records.close())

describe('steps past their day', () => {
  it('are not told of on the last day', async () => {
    o.records.clock.ms += 9 * DAY
    await o.look()
    expect(o.alerts.raised).toEqual([])
    expect(o.tasks.size).toBe(0)
  })
  it('are told once, to who has to do them, and taken back when they are done', async () => {
    o.records.clock.ms += 10 * DAY
    await o.look()
    await o.look()
    expect(o.alerts.raised).toMatchObject([
      {
        rule: 'review.stage-overdue',
        values: { caseNo: '示检刑诉受[2026]1号', due: '2026-12-03', department: '第一检察部' },
      },
    ])
    expect([...o.tasks.values()]).toMatchObject([{ kind: 'review', person: 'p07', due: '2026-12-03' }])
    await o.records.store.write((turn) =>
      turn.tx
        .withTables<{ review: { step: string; due: string | null } }>()
        .updateTable('review')
        .set({ step: 'dept-check', due: '2026-12-01' })
        .execute(),
    )
    await o.look()
    expect(o.alerts.cleared).toHaveLength(1)
    // The next step is late by itself: the head of the department hears of it.
    expect([...o.tasks.values()]).toMatchObject([{ person: null, department: 'd1' }])
    expect(o.dropped).toHaveLength(1)
    expect(o.alerts.open.size).toBe(1)
  })
})
