import { randomBytes } from 'node:crypto'
import type { ChainEntry } from '../../contract/chain.ts'
import { casesFeature } from '../../server/cases/index.ts'
import { reviewPort } from '../../server/cases/review-port.ts'
import type { BoundRoute, Principal } from '../../server/feature.ts'
import { exportChain } from '../../server/records/chain.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { reviewFeature } from '../../server/review/index.ts'
import { alive, demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, feed, storedEvent, type TestRecords, taskLog, testRecords } from '../helpers/records.ts'

/** An office whose concluded cases are checked and reviewed, on a real database, called without HTTP. */
export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const DAY = 86_400_000
export const config = demoConfig()
export const who = (id: string, ...permissions: string[]): Principal => ({
  id,
  username: id,
  name: id,
  roles: [],
  department: null,
  post: '',
  permissions: new Set(permissions),
  via: 'session',
  sessionId: null,
})
export const handler = who('p07', 'reviews.answer')
export const head = who('p06', 'reviews.read-department', 'reviews.check', 'reviews.answer')
export const reviewer = who('p22', 'reviews.answer')
export const second = who('p31', 'reviews.answer')
export const chief = who('p01', 'reviews.read', 'reviews.decide', 'reviews.answer')
export const manager = who('p46', 'reviews.read', 'reviews.write', 'reviews.answer')

export async function office(options?: RecordsOptions) {
  const build = (store: TestRecords['store'] | undefined) => {
    const records = store as TestRecords['store']
    const common = { config, calendar: demoCalendar(), records, alerts: alertLog() }
    const cases = casesFeature({
      ...common,
      tasks: taskLog(),
      newId: () => randomBytes(12).toString('hex'),
      freshness: async () => alive('业务系统', NOON),
    })
    const review = reviewFeature({
      config,
      records,
      cases: reviewPort(config),
      newId: () => randomBytes(12).toString('hex'),
      secret: () => randomBytes(32).toString('hex'),
      anchor: (_chain, entry) => anchored.push(entry),
    })
    return { cases, review }
  }
  const anchored: ChainEntry[] = []
  const shapes = build(undefined)
  const records = await testRecords([shapes.cases, shapes.review], NOON, options)
  const { cases, review } = build(records.store)
  const call = async <Answer>(
    id: string,
    person: Principal,
    params: { id: string } | undefined,
    input: unknown = undefined,
  ): Promise<Answer> => {
    const route: BoundRoute | undefined = review.routes?.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    const { spec } = route
    const answer = await route.handle({
      person,
      params,
      query: spec.method === 'GET' ? spec.query.safeParse(input ?? {}).data : undefined,
      body: spec.consumes === 'raw' ? input : spec.method === 'POST' ? spec.body.parse(input) : undefined,
      now: records.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
    return spec.answer.parse(answer) as Answer
  }
  const conclude = async (n: number, over: { outcome?: string; custody?: boolean; day?: string } = {}) => {
    const caseNo = `示检刑诉受[2026]${n}号`
    const day = over.day ?? '2026-11-23'
    const at = `${day}T09:00:00+08:00`
    const data = {
      caseNo,
      kind: '审查起诉',
      acceptedAt: '2026-10-23',
      handlerNo: '10007',
      custody: over.custody ?? false,
    }
    const closed = { caseNo, closedAt: day, outcome: over.outcome ?? '提起公诉' }
    await feed(records, cases, [
      storedEvent('case.accepted', at, { object: `case:${n}`, data }),
      storedEvent('case.closed', at, { object: `case:${n}`, data: closed }),
    ])
  }
  const chain = async () =>
    (await Array.fromAsync(exportChain(records.store.read, 'review'))).map((line) => JSON.parse(line) as ChainEntry)
  const list = async (person: Principal, query: unknown = {}) =>
    (
      await call<{
        items: {
          id: string
          step: string
          handler: string | null
          overdue: boolean
          kind: string | null
          trigger: string | null
        }[]
      }>('listReviews', person, undefined, query)
    ).items
  return { records, review, anchored, call, conclude, chain, list }
}
export type Office = Awaited<ReturnType<typeof office>>
