import { join } from 'node:path'
import type { Receipt } from '../../contract/envelope.ts'
import type { EventHandler, StoredEvent, Turn } from '../../server/feature.ts'
import type { IntakeState } from '../../server/ingest/group-commit.ts'
import { type IngestDeps, type IngestFeature, ingestFeature } from '../../server/ingest/index.ts'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'
import { temporaryFolder } from '../services.ts'

export const SITE = 'demo'
/** 2026-11-24 08:31:05 in the office. */
export const NOW = Date.parse('2026-11-24T08:31:05+08:00')
export const DAY = 24 * 3600 * 1000

export const envelope = (part: Record<string, unknown> = {}): Record<string, unknown> => ({
  v: 1,
  id: '019a3f5c2b10-9f3c0123456789abcdef',
  type: 'access.granted',
  site: SITE,
  collector: 'hik-a',
  object: 'door:E1',
  observed_at: '2026-11-24T08:31:05+08:00',
  data: { credential: 'face' },
  ...part,
})
export const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
export const topic = (domain = 'access', collector = 'hik-a', name = 'mixed'): string =>
  `jc/v1/${SITE}/${domain}/${collector}/evt/${name}`

export interface Kit {
  ingest: IngestFeature
  records: RecordStore
  clock: { ms: number }
  receipts: { collector: string; receipt: Receipt }[]
  sideRoad: StoredEvent[]
  failures: { event: StoredEvent; error: unknown }[]
  states: IntakeState[]
  statuses: unknown[]
  healths: unknown[]
  logs: string[]
  send(value: unknown, to?: string): ReturnType<IngestFeature['submit']>
  close(): Promise<void>
}

export const sqliteOptions = (): RecordsOptions => ({
  kind: 'sqlite',
  file: join(temporaryFolder('ingest'), 'records.sqlite'),
})

/** The real feature on a real store; only the clock and the broker's edge are ours. */
export async function openKit(
  part: { options?: RecordsOptions; handlers?: readonly EventHandler[] } & Partial<Omit<IngestDeps, 'handlers'>> = {},
): Promise<Kit> {
  const clock = { ms: NOW }
  const records = new RecordStore(part.options ?? sqliteOptions(), {
    now: () => clock.ms,
    committed: () => undefined,
    failed: (error) => {
      throw error
    },
  })
  const kit: Omit<Kit, 'ingest' | 'send' | 'close'> = {
    records,
    clock,
    receipts: [],
    sideRoad: [],
    failures: [],
    states: [],
    statuses: [],
    healths: [],
    logs: [],
  }
  const { options, handlers = [], ...deps } = part
  const ingest = ingestFeature({
    records,
    clock: { now: () => clock.ms },
    site: SITE,
    retention: { inboxDays: 200, quarantineDays: 90 },
    handlers: () => handlers,
    publish: (to, payload) => kit.receipts.push({ collector: to.split('/')[4] ?? '', receipt: JSON.parse(payload) }),
    sideRoad: (events) => kit.sideRoad.push(...events),
    onHandlerFailed: async (_turn: Turn, event, error) => {
      kit.failures.push({ event, error })
    },
    onStatus: (...heard) => {
      kit.statuses.push(heard)
    },
    onHealth: (...heard) => {
      kit.healths.push(heard)
    },
    onState: (state) => kit.states.push(state),
    log: (_level, message) => kit.logs.push(message),
    ...deps,
  })
  await records.migrate([...(ingest.migrations ?? [])])
  await ingest.start?.()
  return {
    ...kit,
    ingest,
    send: (value, to = topic()) => ingest.submit(to, bytes(value), clock.ms),
    close: async () => {
      await ingest.stop?.()
      await records.close()
    },
  }
}

/** Waits until something is so; fails the test after ten seconds. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await what())) {
    if (performance.now() > end) throw new Error(`not so within 10 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
