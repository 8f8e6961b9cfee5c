import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import { PANELS, type PanelData, type PanelName } from '../../contract/panels/index.ts'
import type {
  AlertDesk,
  AlertSignal,
  EventHandler,
  Feature,
  StoredEvent,
  TaskDesk,
  TaskMover,
  TaskSpec,
  Turn,
} from '../../server/feature.ts'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'
import { freshRecords } from './stores.ts'

/** A real records store in a folder of its own, with a clock that the test moves. */
export interface TestRecords {
  store: RecordStore
  clock: { ms: number }
  touched: string[]
  announced: AlertItem[]
  close(): Promise<void>
}

/** @param options another database than a SQLite file of its own */
export async function testRecords(
  features: readonly Feature[] = [],
  startMs = 0,
  options?: RecordsOptions,
): Promise<TestRecords> {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-records-'))
  const clock = { ms: startMs }
  const touched: string[] = []
  const announced: AlertItem[] = []
  const store = new RecordStore(options ?? (await freshRecords(join(folder, 'records.sqlite'))), {
    now: () => clock.ms,
    committed: (change) => {
      touched.push(...change.touched)
      announced.push(...change.announced)
    },
    failed: (error) => {
      throw error
    },
  })
  await store.migrate(features.flatMap(({ migrations }) => migrations ?? []))
  return {
    store,
    clock,
    touched,
    announced,
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Writes down what features ask of alerts; open ones by cause. */
export function alertLog(): AlertDesk & { raised: AlertSignal[]; cleared: string[]; open: Map<string, AlertSignal> } {
  const open = new Map<string, AlertSignal>()
  const raised: AlertSignal[] = []
  const cleared: string[] = []
  return {
    raised,
    cleared,
    open,
    async raise(_turn: Turn, ...signals) {
      raised.push(...signals)
      for (const signal of signals) open.set(signal.cause, signal)
    },
    async clear(_turn: Turn, cause) {
      for (const one of typeof cause === 'string' ? [cause] : cause) {
        cleared.push(one)
        open.delete(one)
      }
    },
  }
}

/** Writes down what features ask of the desks: each key once for good. */
export function taskLog(): TaskDesk & TaskMover & { opened: TaskSpec[]; standing: Map<string, TaskSpec> } {
  const standing = new Map<string, TaskSpec>()
  const opened: TaskSpec[] = []
  return {
    opened,
    standing,
    async open(_turn: Turn, specs) {
      for (const spec of specs) {
        if (opened.some(({ key }) => key === spec.key)) continue
        opened.push(spec)
        standing.set(spec.key, spec)
      }
    },
    async readdress(_turn: Turn, moves) {
      for (const { key, ...to } of moves) {
        const spec = standing.get(key)
        if (spec) standing.set(key, { ...spec, ...to })
      }
    },
    async close(_turn: Turn, keys) {
      for (const key of keys) standing.delete(key)
    },
  }
}

let made = 0
/** An event as ingest would hand it over. `at`: RFC 3339 with offset. */
export function storedEvent(type: string, at: string, over: Partial<StoredEvent> = {}): StoredEvent {
  const known = EVENT_TYPES[type]
  if (!known) throw new Error(`unknown type ${type}`)
  const observedMs = Temporal.Instant.from(at).epochMilliseconds
  made++
  return {
    id: `e${made}`,
    type,
    family: known.family,
    domain: known.domain ?? 'infra',
    collector: 'probe',
    device: null,
    object: null,
    severity: known.severity,
    observedAt: at,
    observedMs,
    receivedMs: observedMs,
    backfill: false,
    data: {},
    ...over,
  }
}

export const matches = (types: readonly string[], type: string): boolean =>
  types.some((pattern) => (pattern.endsWith('.') ? type.startsWith(pattern) : pattern === type))

/** Runs events through a feature's handlers in one turn, as a group commit does. */
export async function feed({ store }: TestRecords, feature: Feature, events: readonly StoredEvent[]): Promise<void> {
  await store.write(async (turn) => {
    for (const handler of feature.handlers ?? []) await handOver(handler, turn, events)
  })
}
async function handOver(handler: EventHandler, turn: Turn, events: readonly StoredEvent[]): Promise<void> {
  const own = events.filter(({ type }) => matches(handler.types, type))
  if (own.length > 0) await handler.handle(turn, own)
}

/** Runs all ticks of a feature once, at the test's time. */
export async function tick({ store }: TestRecords, feature: Feature, name?: string): Promise<void> {
  for (const one of feature.ticks ?? []) if (!name || one.name === name) await store.write((turn) => one.run(turn))
}

/** A panel's whole data, checked against its schema. */
export async function loadPanel<Name extends PanelName>(
  feature: Feature,
  name: Name,
  now: number,
): Promise<PanelData<Name>> {
  const panel = feature.panels?.find((one) => one.name === name)
  return PANELS[name].parse(await panel?.load(now)) as PanelData<Name>
}
