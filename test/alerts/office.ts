import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { readYaml } from '../../config/load.ts'
import { type AlertRule, AlertRules } from '../../config/schema.ts'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import type { Figure } from '../../contract/figures.ts'
import * as api from '../../contract/http/alerts.ts'
import type { RouteSpec } from '../../contract/http/route.ts'
import { AlertItem, AlertsPanel } from '../../contract/panels/alerts.ts'
import { type AlertsDeps, type AlertsFeature, alertsFeature } from '../../server/alerts/index.ts'
import type { BoundRoute, Principal, StoredEvent } from '../../server/feature.ts'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'

/** The rules as they are shipped, with changes for one test. */
export function shippedRules(over: Partial<AlertRules> = {}): AlertRules {
  const file = readYaml('config', 'rules/alerts.yaml', AlertRules, [])
  if (!file) throw new Error('config/rules/alerts.yaml does not fit its schema')
  return { ...file.value, ...over }
}
export const rule = (over: Partial<AlertRule> & Pick<AlertRule, 'id' | 'kind'>): AlertRule => ({
  severity: 'warning',
  title: '{name} 告警',
  why: '测试',
  next: '',
  on: [],
  where: {},
  clearedBy: [],
  clearedWhere: {},
  forS: 0,
  enabled: true,
  ...over,
})

const POSTS = [
  { id: 'security-a', name: '安全岗 A', phone: '8206', place: '', shift: '' },
  { id: 'security-b', name: '安全岗 B', phone: '8207', place: '', shift: '' },
  { id: 'judicial-police', name: '法警岗', phone: '8110', place: '', shift: '' },
  { id: 'duty-leader', name: '值班领导', phone: '8001', place: '', shift: '' },
  { id: 'case-a', name: '案管岗 A', phone: '8031', place: '', shift: '' },
  { id: 'it', name: '信息技术岗', phone: '8021', place: '', shift: '' },
]
const DOORS: Record<string, string> = {
  'door:E1': '机房 A 门',
  'door:P2': '涉案财物室 2号门',
  'door:H1': '12309 1号门',
}

export const officer: Principal = {
  id: 'p1',
  username: 'anquan',
  name: '演示安全员',
  roles: ['security-officer'],
  department: null,
  post: '安全岗 A',
  permissions: new Set(['alerts.read', 'alerts.work', 'alerts.silence', 'alerts.rules']),
  via: 'session',
  sessionId: 's',
}

export const sqliteStore = (): RecordsOptions & { remove(): void } => {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-alerts-'))
  return {
    kind: 'sqlite',
    file: join(folder, 'records.sqlite'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Epoch ms of an office time of 24 November 2026. */
export const moment = (clock: string): number =>
  Temporal.PlainDateTime.from(`2026-11-24T${clock}`).toZonedDateTime('Asia/Shanghai').epochMilliseconds

export interface Office {
  feature: AlertsFeature
  store: RecordStore
  clock: { ms: number }
  announced: AlertItem[]
  touched: Set<string>
  figures: Map<string, Figure>
  selftests: string[]
  /** Moves the clock to HH:MM:SS and lets time do its work once. */
  at(clock: string): Promise<void>
  ticks(): Promise<void>
  /** Events of one group commit, at the running time unless they say otherwise. */
  says(...events: StoredEvent[]): Promise<void>
  event(type: string, object: string | null, over?: Partial<StoredEvent>): StoredEvent
  call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
    spec: RouteSpec<P, Q, B, A>,
    input?: { params?: unknown; query?: unknown; body?: unknown; person?: Principal },
  ): Promise<z.output<A>>
  list(query?: Record<string, unknown>): Promise<AlertItem[]>
  one(cause: string): Promise<AlertItem>
  panel(): Promise<AlertsPanel>
  history(id: string): Promise<{ reason: string; text: string; version: number; username: string | null }[]>
  /** The server ends and starts again on the same store. */
  restart(): Promise<Office>
  close(): Promise<void>
}

let made = 0
export async function openOffice(
  options: RecordsOptions,
  over: Partial<AlertsDeps> = {},
  startMs = moment('08:00:00'),
): Promise<Office> {
  const clock = { ms: startMs }
  const announced: AlertItem[] = []
  const touched = new Set<string>()
  const figures = new Map<string, Figure>()
  const selftests: string[] = []
  const store = new RecordStore(options, {
    now: () => clock.ms,
    committed: (change) => {
      announced.push(...change.announced.map((alert) => AlertItem.parse(alert)))
      for (const panel of change.touched) touched.add(panel)
    },
    failed: (error) => {
      throw error
    },
  })
  let ids = 0
  const feature = alertsFeature({
    records: store,
    rules: shippedRules(),
    posts: POSTS,
    demo: false,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    now: () => clock.ms,
    newId: () => `n${++ids}`,
    objectOf: (object) => (DOORS[object] ? { name: DOORS[object], values: { limit: 30 } } : undefined),
    isPerson: (text) => text === '张三',
    figure: async (name) => figures.get(name),
    selftestSeen: (id) => selftests.push(id),
    ...over,
  })
  await store.migrate(feature.migrations ?? [])
  const route = (id: string): BoundRoute => {
    const found = feature.routes?.find(({ spec }) => spec.id === id)
    if (!found) throw new Error(`no route ${id}`)
    return found
  }
  const office: Office = {
    feature,
    store,
    clock,
    announced,
    touched,
    figures,
    selftests,
    async at(time) {
      clock.ms = moment(time)
      await office.ticks()
    },
    async ticks() {
      for (const tick of feature.ticks ?? []) await store.write((turn) => tick.run(turn))
    },
    async says(...events) {
      await store.write(async (turn) => {
        for (const handler of feature.handlers ?? []) await handler.handle(turn, events)
      })
    },
    event(type, object, change = {}) {
      const known = EVENT_TYPES[type]
      made++
      const observedMs = change.observedMs ?? clock.ms
      return {
        id: `e${made}`,
        type,
        family: known?.family ?? 'pipeline_event',
        domain: known?.domain ?? 'infra',
        collector: 'probe',
        device: null,
        object,
        severity: known?.severity ?? 'info',
        observedAt: new Date(observedMs).toISOString(),
        observedMs,
        receivedMs: clock.ms,
        backfill: false,
        data: {},
        ...change,
      }
    },
    async call(spec, { params, query, body, person = officer } = {}) {
      const { handle } = route(spec.id)
      const answer = await handle({
        person,
        params: spec.params.parse(params),
        query: spec.query.parse(query ?? (spec.query.safeParse(undefined).success ? undefined : {})),
        body: spec.body.parse(body),
        now: clock.ms,
        ip: '127.0.0.1',
        headers: {},
        setCookie: () => undefined,
      })
      return spec.answer.parse(answer)
    },
    async list(query = {}) {
      return (await office.call(api.alerts, { query })).items
    },
    async one(cause) {
      const found = (await office.list({ step: 'new,acknowledged,dispatched,handling,resolved,closed' })).filter(
        (one) => one.cause === cause,
      )
      if (!found[0]) throw new Error(`no alert of ${cause}`)
      return found[0]
    },
    async panel() {
      const panel = feature.panels?.find(({ name }) => name === 'alerts')
      return AlertsPanel.parse(await panel?.load(clock.ms))
    },
    async history(id) {
      const detail = await office.call(api.alert, { params: { id } })
      return detail.history.toReversed()
    },
    async restart() {
      await store.close()
      return openOffice(options, over, clock.ms)
    },
    close: () => store.close(),
  }
  return office
}
