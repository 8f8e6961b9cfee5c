import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ExportCell, Feature, Principal } from '../../server/feature.ts'
import { RecordStore } from '../../server/records/store.ts'
import { tasksFeature } from '../../server/tasks/index.ts'
import { office as assignmentOffice, manager as drawer, nonce } from '../assignment/office.ts'
import { demoConfig } from '../helpers/office.ts'
import { office as monitoringOffice, NOON, person } from '../monitoring/office.ts'
import { head, manager as reviewManager, office as reviewOffice, who } from '../review/office.ts'
import { temporaryFolder } from '../services.ts'

/** A list taken away holds what its page shows, to whom it shows it. */
async function exported(feature: Feature, kind: string, who: Principal, filters: object): Promise<ExportCell[][]> {
  const found = feature.exports?.find((one) => one.kind === kind)
  if (!found) throw new Error(kind)
  const ask = { person: who, filters: found.filters.parse(filters), now: NOON }
  expect(found.describe(ask).every(({ text }) => text.length > 0)).toBe(true)
  expect(found.filters.safeParse({ ...filters, limit: 5 }).success).toBe(false)
  const rows: ExportCell[][] = []
  for await (const page of found.rows(ask)) rows.push(...page.map((row) => [...row]))
  for (const row of rows) expect(row).toHaveLength(found.columns.length)
  return rows
}
const first = (rows: readonly ExportCell[][]) => rows.map(([cell]) => cell)
const shown = (caseNo: string) => caseNo.replace('[', '〔').replace(']', '〕')
type Cases = { items: { caseNo: string; caseId: string }[] }

describe('lists as files', () => {
  it('draws, designations and the load ledger', async () => {
    const o = await assignmentOffice(['case-management'])
    onTestFinished(() => o.records.close())
    const cases = await o.unassigned()
    let winner = ''
    for (const caseId of cases.slice(0, 3)) {
      const { drawId } = await o.call<{ drawId: string }>('createDraw', drawer, { body: { caseId } })
      await o.call('contributeToDraw', drawer, { params: { id: drawId }, body: { nonce: nonce() } })
      winner = (await o.call<{ winner: string }>('getDraw', drawer, { params: { id: drawId } })).winner
    }
    const member = demoConfig().site.people.find(({ quota }) => quota)?.id
    const about = { note: '院领导直接办理的案件', interference: '无', reason: 'LEADER_HANDLED' }
    await o.call('proposeDesignation', drawer, { body: { caseId: cases[5], member, ...about } })
    const draws = await o.call<Cases>('listDraws', drawer)
    expect(first(await exported(o.assignment, 'draws', drawer, {}))).toEqual(
      draws.items.map((one) => shown(one.caseNo)),
    )
    const one = { caseId: cases[1] }
    expect((await o.call<Cases>('listDraws', drawer, { query: one })).items).toEqual(
      draws.items.filter(({ caseId }) => caseId === cases[1]),
    )
    expect(await exported(o.assignment, 'draws', drawer, one)).toHaveLength(1)
    expect(await exported(o.assignment, 'designations', drawer, {})).toHaveLength(1)
    expect(await exported(o.assignment, 'designations', drawer, { state: 'approved' })).toEqual([])
    const ledger = await o.call<{ items: { day: string }[] }>('explainLoad', drawer, { params: { id: winner } })
    expect(first(await exported(o.assignment, 'load', drawer, { member: winner }))).toEqual(
      ledger.items.map(({ day }) => day),
    )
    await expect(exported(o.assignment, 'load', drawer, { member: 'nobody' })).rejects.toThrow('没有此人')
  })
  it('checks and reviews, in the scope of who asks', async () => {
    const o = await reviewOffice()
    onTestFinished(() => o.records.close())
    for (const n of [1, 2, 3]) await o.conclude(n)
    for (const tick of o.review.ticks ?? []) await o.records.store.write((turn) => tick.run(turn))
    for (const asks of [reviewManager, head, who('p22', 'reviews.answer')]) {
      const listed = (await o.list(asks)) as unknown as Cases['items']
      expect(first(await exported(o.review, 'reviews', asks, {}))).toEqual(listed.map(({ caseNo }) => shown(caseNo)))
    }
    const [one] = (await o.list(reviewManager)) as unknown as Cases['items']
    expect(await o.list(reviewManager, { caseId: one?.caseId })).toEqual([one])
    expect(await exported(o.review, 'reviews', reviewManager, { caseId: one?.caseId, stage: 'check' })).toHaveLength(1)
  })
  it('findings of flow monitoring', async () => {
    const o = await monitoringOffice()
    onTestFinished(() => o.close())
    const manager = person('case-management')
    const prosecutor = person('prosecutor')
    const past = { due: '2026-11-20', acceptedAt: '2026-10-20', startedAt: '2026-10-20' }
    for (const n of [1, 2]) await o.accept(n, past, Temporal.Instant.from('2026-10-20T04:00:00Z').epochMilliseconds)
    await o.look()
    const listed = await o.call<Cases>('listFindings', manager, undefined, {})
    expect(listed.items.length).toBeGreaterThan(0)
    expect(first(await exported(o.monitoring, 'findings', manager, {}))).toEqual(
      listed.items.map(({ caseNo }) => shown(caseNo)),
    )
    const own = await o.call<Cases>('listFindings', prosecutor, undefined, { stage: 'open' })
    expect(await exported(o.monitoring, 'findings', prosecutor, { stage: 'open' })).toHaveLength(own.items.length)
    expect(await exported(o.monitoring, 'findings', manager, { written: 'true' })).toEqual([])
  })
  it('tasks, only the own to who sees only the own', async () => {
    const file = join(temporaryFolder('tasks-export'), 'records.sqlite')
    const told = { now: () => NOON, committed: () => undefined, failed: () => undefined }
    const store = new RecordStore({ kind: 'sqlite', file }, told)
    onTestFinished(() => store.close())
    let n = 0
    const tasks = tasksFeature({ config: demoConfig(), records: store, newId: () => `t${++n}` })
    await store.migrate(tasks.migrations ?? [])
    const prosecutor = person('prosecutor')
    const of = { kind: 'deadline', urgency: 'ordinary', severity: 'notice', link: null, department: null } as const
    const task = (key: string, to: string, due: string | null) => ({
      ...of,
      ...{ key, title: `办理 ${key}`, why: '期限将至', due, caseId: 'c1', person: to, role: null },
    })
    await store.write((turn) =>
      tasks.desk.open(turn, [
        task('b', prosecutor.id, '2026-11-26'),
        task('a', prosecutor.id, '2026-11-25'),
        task('c', 'p22', null),
      ]),
    )
    expect(first(await exported(tasks, 'tasks', prosecutor, { state: 'open', mine: 'true' }))).toEqual([
      '办理 a',
      '办理 b',
    ])
    expect(await exported(tasks, 'tasks', prosecutor, { state: 'done' })).toEqual([])
    const all = { ...prosecutor, permissions: new Set(['tasks.read-own', 'tasks.read']) }
    expect(await exported(tasks, 'tasks', all, {})).toHaveLength(3)
  })
})
