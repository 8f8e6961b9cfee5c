import type { Domain } from '../../../contract/domains.ts'
import type { Group, Topic } from '../../../contract/sharing/conditions.ts'
import { alertMigrations } from '../../../server/alerts/migrations.ts'
import type { AlertTables } from '../../../server/alerts/tables.ts'
import { caseMigrations, saveCases } from '../../../server/cases/repository.ts'
import { type CaseRecord, freshCase } from '../../../server/cases/rules.ts'
import { sharingPort } from '../../../server/cases/sharing-port.ts'
import type { Principal } from '../../../server/feature.ts'
import { alertFeed, caseFeed, eventFeed, opener } from '../../../server/feeds.ts'
import { type IngestTables, migrations as ingestMigrations } from '../../../server/ingest/tables.ts'
import { permissionsOf } from '../../../server/people/principal.ts'
import type { RecordsOptions } from '../../../server/records/store.ts'
import { subscriptionsFeature } from '../../../server/sharing/subscriptions/index.ts'
import { demoCalendar, demoConfig } from '../../helpers/office.ts'
import { storedEvent, taskLog, testRecords, tick } from '../../helpers/records.ts'

export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const DAY = 86_400_000
const config = demoConfig()

/** The person of site.yaml who holds that role, with exactly the rights of permissions.yaml. */
export function officer(role: string, over: Partial<Principal> = {}): Principal {
  const person = config.site.people.find(({ roles, account }) => account && roles.length === 1 && roles[0] === role)
  if (!person?.account) throw new Error(`nobody holds only ${role}`)
  return {
    id: person.id,
    username: person.account,
    name: person.name,
    roles: [role],
    department: null,
    post: '',
    permissions: permissionsOf(config.permissions, [role]),
    via: 'session',
    sessionId: null,
    ...over,
  }
}
export const numberOf = (person: Principal): string =>
  config.site.people.find(({ id }) => id === person.id)?.employeeNo ?? ''

export interface Wanted {
  topic: Topic
  when: Group
  person: Principal
  expires?: string
}

/** Subscriptions over real tables of events, alerts and cases, called as the HTTP side calls them. */
export async function office(options?: RecordsOptions) {
  const tasks = taskLog()
  const accounts = new Map<string, Principal>()
  const ports = sharingPort(config)
  let made = 0
  const feedDeps = { config, calendar: demoCalendar(), cases: ports }
  const build = (store: unknown) =>
    subscriptionsFeature({
      config,
      records: store as never,
      tasks,
      feeds: [eventFeed(feedDeps), alertFeed(feedDeps), caseFeed(feedDeps)],
      opens: opener(ports),
      principalOf: async (_db, username) => accounts.get(username),
      newId: () => `h${String(++made).padStart(6, '0')}`,
    })
  const grounds = { name: 'grounds', migrations: [...ingestMigrations, ...alertMigrations, ...caseMigrations] }
  const records = await testRecords([grounds, build(undefined)], NOON, options)
  let feature = build(records.store)
  let alerts = 0

  async function call<Answer>(
    id: string,
    person: Principal,
    input: { params?: unknown; query?: unknown; body?: unknown } = {},
  ): Promise<Answer> {
    accounts.set(person.username, accounts.get(person.username) ?? person)
    const found = feature.routes?.find(({ spec }) => spec.id === id)
    if (!found) throw new Error(id)
    const { spec } = found
    const answer = await found.handle({
      person,
      params: input.params,
      query: spec.query.parse(spec.query.safeParse({}).success ? (input.query ?? {}) : undefined),
      body: spec.consumes === 'json' ? spec.body.parse(input.body) : undefined,
      now: records.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
    return spec.answer.parse(answer) as Answer
  }

  /** Events as ingest keeps them. */
  async function arrive(...events: ReturnType<typeof storedEvent>[]): Promise<void> {
    await records.store.write(async ({ tx }) => {
      for (const event of events)
        await tx
          .withTables<IngestTables>()
          .insertInto('inbox')
          .values({
            id: event.id,
            type: event.type,
            family: event.family,
            domain: event.domain as Domain,
            collector: event.collector,
            device: event.device,
            object: event.object,
            severity: event.severity,
            observed_ms: event.observedMs,
            received_ms: records.clock.ms,
            backfill: 0,
            state: 'done',
            reason: null,
            body: JSON.stringify({ observed_at: event.observedAt, data: event.data }),
          } as never)
          .execute()
    })
  }

  return {
    records,
    tasks,
    accounts,
    call,
    arrive,
    event: (type: string, over: Parameters<typeof storedEvent>[2] = {}) =>
      storedEvent(type, '2026-11-24T12:00:00+08:00', over),
    async caseArrives(caseNo: string, over: Partial<CaseRecord>, type = 'case.accepted') {
      const record = { ...freshCase(caseNo), ...over }
      await records.store.write(({ tx }) => saveCases(tx, [record], null))
      await arrive(storedEvent(type, '2026-11-24T12:00:00+08:00', { object: `case:${caseNo}`, data: { caseNo } }))
      return record.id
    },
    async alert(title: string, over: Partial<AlertTables['alert']> = {}) {
      const ord = 20261124_000000 + ++alerts
      const row: AlertTables['alert'] = {
        id: `A${ord}`,
        ord,
        kind: 'card',
        version: 1,
        cause: `cause ${ord}`,
        rule: 'door.forced',
        rule_version: '1',
        severity: 'critical',
        state: 'unacknowledged',
        step: 'new',
        domain: 'access',
        object: null,
        title,
        why: '',
        next: null,
        facts: '[]',
        count: 1,
        first_at: NOON,
        last_at: NOON,
        clearable: 0,
        demo: 0,
        returned_at: null,
        owner: null,
        unack_since: NOON,
        rung: 0,
        escalates_at: null,
        escalated_to: null,
        escalated_at: null,
        acked_at: null,
        ack_reason: null,
        resolved_at: null,
        disposal: null,
        closed_at: null,
        normal_at: null,
        silenced_until: null,
        created_at: NOON,
        ...over,
      }
      await records.store.write(async ({ tx }) => {
        await tx.withTables<AlertTables>().insertInto('alert').values(row).execute()
      })
      return row.id
    },
    subscribe: ({ topic, when, person, expires = '2026-12-24' }: Wanted) =>
      call<{ id: string; text: string }>('createSubscription', person, {
        body: {
          topic,
          when,
          expires,
          title: '夜间门禁异常',
          purpose: '核查夜间出入是否经批准',
          basis: '本院安全保密管理规定',
        },
      }),
    deliver: () => tick(records, feature),
    /** The turn that delivers is rolled back, as by a power cut before its commit. */
    async crash() {
      const run = records.store.write(async (turn) => {
        for (const each of feature.ticks ?? []) await each.run(turn)
        throw new Error('power cut')
      })
      await run.catch(() => undefined)
    },
    restart() {
      feature = build(records.store)
    },
    hits: (person: Principal, query: object = {}) =>
      call<{ items: { id: string; title: string; subscription: string; state: string }[]; cursor: string | null }>(
        'listHits',
        person,
        { query },
      ),
    figures: async () => (await Promise.all((feature.figures ?? []).map((one) => one.list(records.clock.ms)))).flat(),
    close: () => records.close(),
  }
}
export type Office = Awaited<ReturnType<typeof office>>
export const FORCED: Group = { match: 'all', of: [{ field: 'type', op: 'is', value: 'door.forced' }] }
