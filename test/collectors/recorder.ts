import { createHash } from 'node:crypto'
import { pino } from 'pino'
import { eventId } from '../../collectors/delivery/event-id.ts'
import type { Draft, Refusal, SourceContext } from '../../collectors/source.ts'
import type { ProfileFile, SecretRef } from '../../config/schema.ts'

/** A source's surroundings that write down everything; ids as the spool makes them, the second of an id is not kept. */
export interface Recorder {
  context: SourceContext
  drafts: Draft[]
  ids: Set<string>
  refusals: Refusal[]
  states: { state: string; reason?: string }[]
  contacts: number[]
  skews: number[]
  progress: ({ text: string; done: number; total: number } | null)[]
  dropped(): number
  crashes: unknown[]
  store: Map<string, string>
  /** Drafts of that type, or all that are not about the collector itself. */
  of(type?: string): Draft[]
}

export function recorder(options: {
  profile: ProfileFile
  places?: SourceContext['places']
  now?: () => number
  secret?: string
  dataDir?: string
  store?: Map<string, string>
  /** Called before a delivery is taken: throw to refuse it. */
  onDeliver?: (drafts: readonly Draft[]) => void
}): Recorder {
  const store = options.store ?? new Map<string, string>()
  let dropped = 0
  const record: Omit<Recorder, 'context'> = {
    drafts: [],
    ids: new Set(),
    refusals: [],
    states: [],
    contacts: [],
    skews: [],
    progress: [],
    dropped: () => dropped,
    crashes: [],
    store,
    of: (type) => record.drafts.filter((one) => (type ? one.type === type : !one.type.startsWith('collector.'))),
  }
  const context: SourceContext = {
    site: 'test',
    places: options.places ?? NO_PLACES,
    clock: { now: options.now ?? (() => Date.now()) },
    log: pino({ level: 'silent' }),
    profile: options.profile,
    secret: (_ref: SecretRef) => options.secret ?? 'secret',
    // Nobody, not even root, can make a folder there.
    dataDir: options.dataDir ?? '/dev/null/nowhere',
    async deliver(drafts, cursor = {}) {
      await Promise.resolve()
      options.onDeliver?.(drafts)
      for (const draft of drafts) {
        const id = eventId(draft.observedMs, draft.type, draft.device ?? '', draft.nativeKey)
        if (!record.ids.has(id)) record.drafts.push(draft)
        record.ids.add(id)
      }
      for (const [key, value] of Object.entries(cursor)) {
        if (value === undefined) store.delete(key)
        else store.set(key, value)
      }
    },
    refuse: (refusals) => record.refusals.push(...refusals),
    contact: (ms) => record.contacts.push(ms),
    state: (state, reason) => record.states.push({ state, reason }),
    dropped: (count) => {
      dropped += count
    },
    lag: () => {},
    progress: (what) => record.progress.push(what),
    skew: (seconds) => record.skews.push(seconds),
    crashed: (error) => record.crashes.push(error),
    listens: () => {},
    store: {
      get: (key) => store.get(key),
      set: (key, value) => {
        if (value === undefined) store.delete(key)
        else store.set(key, value)
      },
      list: (prefix, page) =>
        [...store]
          .filter(([key]) => key.startsWith(prefix) && key > (page?.after ?? ''))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .slice(0, page?.limit),
    },
    personHash: (no) => `h:${createHash('sha256').update(`test${no}`).digest('hex').slice(0, 16)}`,
    chance: () => 0.5,
  }
  return { context, ...record }
}

const NO_PLACES: SourceContext['places'] = {
  doors: [],
  patrol: {
    points: [],
    routes: [],
    rounds: [],
    windowMin: 60,
    earlyMin: 10,
    lateMin: 30,
    downloadHours: 12,
    minGapS: 20,
  },
}

/** Waits until it holds, without a promise about how fast. */
export async function until(holds: () => boolean, what = 'condition', limitMs = 15_000): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
