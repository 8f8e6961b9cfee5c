import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../config/load.ts'
import type { FindingDetail, FindingItem } from '../../contract/http/monitoring.ts'
import { handedOutPort } from '../../server/assignment/monitoring-port.ts'
import { assignmentMigrations } from '../../server/assignment/tables.ts'
import { casesFeature } from '../../server/cases/index.ts'
import { monitoringPort } from '../../server/cases/monitoring-port.ts'
import { caseId } from '../../server/cases/rules.ts'
import type { BoundRoute, Feature, Principal } from '../../server/feature.ts'
import { monitoringFeature } from '../../server/monitoring/index.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { RecordStore } from '../../server/records/store.ts'
import { formsPort } from '../../server/review/monitoring-port.ts'
import { reviewMigrations } from '../../server/review/tables.ts'
import { alive, demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, feed, storedEvent, tick } from '../helpers/records.ts'

/** Tuesday noon. */
export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const DAY = 86_400_000

/** The cases' own tasks are another story. */
const QUIET = { open: async () => undefined, close: async () => undefined, readdress: async () => undefined }

/** A person of the demo office with all words of the roles. */
export function person(account: string, roles: readonly string[] = [account]): Principal {
  const config = demoConfig()
  const known = config.site.people.find((one) => one.account === account || one.id === account)
  return {
    id: known?.id ?? account,
    username: account,
    name: known?.name ?? account,
    roles,
    department: known?.department ?? null,
    post: '',
    permissions: new Set(roles.flatMap((role) => config.permissions.roles[role]?.grants ?? [])),
    via: 'session',
    sessionId: null,
  }
}

/** Cases and monitoring over a real store; SQLite in a folder of its own unless told otherwise. */
export async function office(options: { config?: Config; store?: RecordsOptions } = {}) {
  const config = options.config ?? demoConfig()
  const folder = mkdtempSync(join(tmpdir(), 'sanling-monitoring-'))
  const clock = { ms: NOON }
  const store = new RecordStore(options.store ?? { kind: 'sqlite', file: join(folder, 'records.sqlite') }, {
    now: () => clock.ms,
    committed: () => undefined,
    failed: (error) => {
      throw error
    },
  })
  const alerts = alertLog()
  const tasks = { open: new Map<string, { title: string; person: string | null; role: string | null }>() }
  const deps = {
    config,
    records: store,
    calendar: demoCalendar(),
    alerts,
    newId: () => randomBytes(12).toString('hex'),
  }
  const cases = casesFeature({ ...deps, freshness: async () => alive('业务系统', clock.ms), tasks: QUIET })
  const monitoring = monitoringFeature({
    ...deps,
    cases: monitoringPort(config),
    handedOut: handedOutPort,
    forms: formsPort,
    caseIdOf: caseId,
    tasks: {
      open: async (_turn, specs) => {
        for (const { key, title, person, role } of specs) tasks.open.set(key, { title, person, role })
      },
      close: async (_turn, keys) => {
        for (const key of keys) tasks.open.delete(key)
      },
      readdress: async (_turn, moves) => {
        for (const { key, person, role } of moves) {
          const task = tasks.open.get(key)
          if (task) tasks.open.set(key, { ...task, person, role })
        }
      },
    },
  })
  await store.migrate([
    ...[cases, monitoring].flatMap(({ migrations }) => migrations ?? []),
    ...assignmentMigrations,
    ...reviewMigrations,
  ])
  const records = { store, clock, touched: [], announced: [], close: async () => undefined }
  const call = async <Answer>(
    id: string,
    who: Principal,
    params?: { id: string },
    input?: unknown,
  ): Promise<Answer> => {
    const route: BoundRoute | undefined = monitoring.routes?.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    const { spec } = route
    // As http/ does: the word of the route first.
    if (!who.permissions.has(spec.permission)) throw Object.assign(new Error(spec.permission), { id: 'forbidden' })
    const answer = await route.handle({
      person: who,
      params,
      query: spec.method === 'GET' && input !== undefined ? spec.query.parse(input) : undefined,
      body: spec.method === 'POST' ? spec.body.parse(input) : undefined,
      now: clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
    return spec.answer.parse(answer) as Answer
  }
  const features: readonly Feature[] = [cases, monitoring]
  const tell = async (type: string, n: number, data: Record<string, unknown>, at = clock.ms) => {
    const caseNo = `示检刑诉受[2026]${n}号`
    const stamp = Temporal.Instant.fromEpochMilliseconds(at).toString()
    const event = storedEvent(type, stamp, { object: `case:${n}`, data: { caseNo, ...data } })
    for (const feature of features) await feed(records, feature, [event])
    return caseId(caseNo)
  }
  return {
    config,
    store,
    clock,
    alerts,
    tasks,
    monitoring,
    call,
    /** A case as an export first tells of it; in good order unless something is changed. */
    accept: (n: number, data: Record<string, unknown> = {}, at = clock.ms) =>
      tell(
        'case.accepted',
        n,
        {
          kind: '审查起诉',
          cause: '盗窃罪',
          department: '第一检察部',
          handlerNo: '10007',
          acceptedAt: '2026-11-23',
          assignedAt: '2026-11-23',
          due: '2026-12-23',
          node: '阅卷',
          coercion: '取保候审',
          custody: false,
          ...data,
        },
        at,
      ),
    tell,
    /** Everything that waits to be looked at is looked at. */
    async look() {
      for (let round = 0; round < 4; round++) await tick(records, monitoring, 'monitoring-checks')
    },
    escalate: () => tick(records, monitoring, 'monitoring-escalation'),
    list: async (who: Principal, query: Record<string, string> = {}) =>
      (await call<{ items: FindingItem[] }>('listFindings', who, undefined, query)).items,
    get: (who: Principal, id: string) => call<FindingDetail>('getFinding', who, { id }),
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Office = Awaited<ReturnType<typeof office>>
