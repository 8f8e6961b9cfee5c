import { afterAll, expect, it } from 'vitest'
import { compareAlerts as onServer } from '../../server/alerts/order.ts'
import { compareAlerts as inBrowser } from '../../web/live/alerts.ts'
import { openOffice, sqliteStore } from './office.ts'

const store = sqliteStore()
afterAll(() => store.remove())

it('stands before everything else, and never on a common card', async () => {
  const office = await openOffice(store)
  const over = (n: number) => ({
    cause: `case.over-detention:c${n}:审查起诉:1:2026-11-20`,
    rule: 'case.over-detention',
    domain: 'case' as const,
    object: `case:${n}`,
    at: office.clock.ms + 1000 + n,
    evidence: [],
    clearable: true,
    values: { caseNo: `示检刑诉受[2026]${n}号`, kind: '审查起诉', due: '2026-11-20', days: '逾期 4 日' },
  })
  await office.store.write(async (turn) => {
    await office.feature.desk.raise(turn, {
      cause: 'door.forced:door:E1',
      rule: 'door.forced',
      domain: 'access',
      object: 'door:E1',
      at: office.clock.ms,
      evidence: [],
      clearable: true,
    })
    await office.feature.desk.raise(turn, ...Array.from({ length: 45 }, (_, n) => over(n)))
  })
  const open = await office.feature.open()
  expect(open).toHaveLength(46)
  expect(open.every(({ count }) => count === 1)).toBe(true)
  expect(open.at(-1)?.cause).toBe('door.forced:door:E1')
  expect(open[0]).toMatchObject({ severity: 'critical', title: '审查起诉超期羁押' })
  for (const compare of [onServer, inBrowser])
    expect([...open].reverse().sort(compare).at(-1)?.cause).toBe('door.forced:door:E1')
  await office.store.write((turn) =>
    office.feature.desk.clear(turn, [over(1).cause, over(2).cause], office.clock.ms + 60_000),
  )
  expect((await office.feature.open()).filter(({ state }) => state === 'returned-unacknowledged')).toHaveLength(2)
  await office.close()
})
