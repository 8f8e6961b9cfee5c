import { createHash, randomBytes } from 'node:crypto'
import type { Config } from '../../config/load.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import { assignmentFeature } from '../../server/assignment/index.ts'
import { casesFeature } from '../../server/cases/index.ts'
import { casePort } from '../../server/cases/port.ts'
import type { BoundRoute, Call, Principal } from '../../server/feature.ts'
import { exportChain } from '../../server/records/chain.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { alive, demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, feed, storedEvent, type TestRecords, taskLog, testRecords } from '../helpers/records.ts'

/** An office with thirty undrawn cases, its assignment feature on a real database, called without HTTP. */
export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const who = (username: string, roles: string[]): Principal => ({
  id: `account-${username}`,
  username,
  name: username,
  roles,
  department: null,
  post: '',
  permissions: new Set(['cases.read']),
  via: 'session',
  sessionId: null,
})
export const manager = who('case-management', ['case-management'])
export const inspector = who('inspection', ['inspection'])
export const chief = who('chief', ['chief'])
export const nonce = () => randomBytes(32).toString('hex')
export const hashOf = (hex: string) => createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex')

export async function office(
  contributors: string[],
  { options, rules = {} }: { options?: RecordsOptions; rules?: Partial<Config['assignment']> } = {},
) {
  const config: Config = { ...demoConfig(), assignment: { ...demoConfig().assignment, contributors, ...rules } }
  const alerts = alertLog()
  const anchored: ChainEntry[] = []
  const build = (store: TestRecords['store'] | undefined) => {
    const records = store as TestRecords['store']
    const common = { config, calendar: demoCalendar(), records, alerts, freshness: async () => alive('业务系统', NOON) }
    let n = 0
    const assignment = assignmentFeature({
      ...common,
      cases: casePort(config),
      newId: () => `id-${String(n++).padStart(6, '0')}-${randomBytes(4).toString('hex')}`,
      secret: nonce,
      anchor: (_chain, head) => anchored.push(head),
    })
    return { cases: casesFeature({ ...common, tasks: taskLog(), newId: () => `c${n++}` }), assignment }
  }
  const shapes = build(undefined)
  const records = await testRecords([shapes.cases, shapes.assignment], NOON, options)
  const { cases, assignment } = build(records.store)
  await assignment.start?.()
  const events = Array.from({ length: 30 }, (_, n) =>
    storedEvent('case.accepted', '2026-11-24T08:00:00+08:00', {
      object: `case:${n}`,
      data: { caseNo: `示检刑诉受[2026]${n}号`, kind: '审查起诉', acceptedAt: '2026-11-23', due: '2026-12-23' },
    }),
  )
  await feed(records, cases, events)
  const call = async <Answer>(
    id: string,
    person: Principal,
    over: Partial<Call<unknown, unknown, unknown>> = {},
  ): Promise<Answer> => {
    const route: BoundRoute | undefined = [...(cases.routes ?? []), ...(assignment.routes ?? [])].find(
      ({ spec }) => spec.id === id,
    )
    if (!route) throw new Error(id)
    const query = route.spec.query.parse(over.query ?? (route.spec.query.safeParse({}).success ? {} : undefined))
    return (await route.handle({
      person,
      params: undefined,
      body: undefined,
      now: records.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
      ...over,
      query,
    })) as Answer
  }
  const unassigned = async () =>
    (await call<{ items: { id: string }[] }>('listCases', manager, { query: { state: 'unassigned' } })).items.map(
      ({ id }) => id,
    )
  const chain = async () => (await Array.fromAsync(exportChain(records.store.read, 'assignment'))).join('')
  return { records, alerts, anchored, assignment, call, unassigned, chain }
}
export type Office = Awaited<ReturnType<typeof office>>
export type Drawn = { drawId: string; entry: ChainEntry }
export type Answer = { state: string; entry?: ChainEntry }
