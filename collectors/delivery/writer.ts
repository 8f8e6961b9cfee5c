import type { Clock } from '../clock.ts'
import { isDamage, isFull } from './schema.ts'
import { NO_WORK, openSpool, type Spool, type SpoolOpening, type SpoolResult, type SpoolWork } from './spool.ts'

/** A commit waits for company until none has come for that long … */
const QUIET_MS = 2
/** … and no longer than that: one fsync for a hundred chunks instead of for each. */
const LONGEST_MS = 10
/** Receipts need no hurry: a lost one is only asked for again. */
const RECEIPT_MS = 50
const RETRY_MS = 1000
/** Events in one transaction above which it is committed at once. */
const FULL = 1000

export interface WriterEvents {
  /** After each commit. */
  committed(result: SpoolResult): void
  damaged(opening: NonNullable<SpoolOpening['damaged']>): void
  /** Writing fails (disk full, rights); undefined = works again. */
  failing(error: Error | undefined): void
}

/** Group commit in front of the spool: many callers share one fsync. */
export interface Writer {
  readonly spool: Spool
  /** Resolves when it is on disk; waits through a full disk. After `stop` it rejects. */
  write(work: Partial<SpoolWork>): Promise<void>
  stop(): void
}

interface Waiting {
  work: SpoolWork
  done(): void
  failed(error: Error): void
}

export function startWriter(path: string, clock: Clock, events: WriterEvents): Writer {
  let spool = open()
  let waiting: Waiting[] = []
  let timer: NodeJS.Timeout | undefined
  let dueMs = Number.POSITIVE_INFINITY
  /** When the first of those that wait came, and their events. */
  let sinceMs: number | undefined
  let rows = 0
  let failing = false
  let stopped = false

  function open(): Spool {
    const opening = openSpool(path, clock.now())
    if (opening.damaged) events.damaged(opening.damaged)
    return opening.spool
  }

  function flush(): void {
    timer = undefined
    dueMs = Number.POSITIVE_INFINITY
    sinceMs = undefined
    rows = 0
    if (waiting.length === 0) return
    const group = waiting
    waiting = []
    try {
      const result = spool.commit(merged(group), clock.now())
      if (failing) events.failing(undefined)
      failing = false
      for (const { done } of group) done()
      events.committed(result)
    } catch (error) {
      waiting = [...group, ...waiting]
      recover(error as Error)
    }
  }

  function recover(error: Error): void {
    failing = true
    events.failing(error)
    // Four logs of 16 MiB fill a small disk by themselves, and none would end before it could grow.
    if (isFull(error)) spool.relieve()
    try {
      if (isDamage(error)) {
        spool.close()
        spool = open()
      }
    } catch (again) {
      events.failing(again as Error)
    }
    if (!stopped) schedule(RETRY_MS)
  }

  function schedule(ms: number): void {
    clearTimeout(timer)
    dueMs = performance.now() + ms
    timer = setTimeout(flush, ms)
  }

  function hurry({ events, memory }: SpoolWork): void {
    const now = performance.now()
    if (events.length === 0 && memory.length === 0) {
      if (now + RECEIPT_MS < dueMs) schedule(RECEIPT_MS)
      return
    }
    rows += events.length
    sinceMs ??= now
    schedule(rows >= FULL ? 0 : Math.max(0, Math.min(QUIET_MS, sinceMs + LONGEST_MS - now)))
  }

  return {
    get spool() {
      return spool
    },
    write(part) {
      if (stopped) return Promise.reject(new Error('采集器正在停止，不再接收'))
      const work = { ...NO_WORK, ...part }
      return new Promise((done, failed) => {
        waiting.push({ work, done, failed })
        if (!failing) hurry(work)
      })
    },
    stop() {
      clearTimeout(timer)
      flush()
      stopped = true
      clearTimeout(timer)
      for (const { failed } of waiting) failed(new Error('采集器正在停止，未能写入磁盘'))
      waiting = []
      spool.close()
    },
  }
}

const merged = (group: readonly Waiting[]): SpoolWork => ({
  events: group.flatMap(({ work }) => work.events),
  memory: group.flatMap(({ work }) => work.memory),
  receipted: group.flatMap(({ work }) => work.receipted),
  rejected: group.flatMap(({ work }) => work.rejected),
  refusals: group.flatMap(({ work }) => work.refusals),
})
