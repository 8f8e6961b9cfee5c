import type { Records } from '../feature.ts'
import type { AuditEntry } from './journal.ts'
import { record } from './trail.ts'

export interface RefusedCall {
  route: string
  /** Id of the refusal: `forbidden`, `bad-csrf`, … */
  why: string
  actor: string
  ip: string
  object: string | null
}

/** The first refusal of a person at a route is written at once; what follows within that long is counted. */
const TOGETHER_MS = 60_000
const MOST_KEPT = 2000

/**
 * Leaves a trace of what was refused. Somebody who tries a hundred times a second must not fill the disk: the same
 * refusal within a minute becomes one entry with its count.
 */
export class RefusalTrail {
  readonly #records: Pick<Records, 'write'>
  readonly #now: () => number
  readonly #failed: (error: unknown) => void
  readonly #open = new Map<string, { since: number; more: number; call: RefusedCall }>()

  constructor(records: Pick<Records, 'write'>, now: () => number, failed: (error: unknown) => void) {
    this.#records = records
    this.#now = now
    this.#failed = failed
  }

  note(call: RefusedCall): void {
    const key = JSON.stringify([call.actor, call.ip, call.route, call.why])
    const known = this.#open.get(key)
    if (known) {
      known.more += 1
      return
    }
    if (this.#open.size >= MOST_KEPT) this.#close(Number.POSITIVE_INFINITY)
    this.#open.set(key, { since: this.#now(), more: 0, call })
    this.#write([entryOf(call, 1)])
  }

  /** Writes the counts of the minutes that are over. */
  sweep(): void {
    this.#close(this.#now() - TOGETHER_MS)
  }

  #close(before: number): void {
    const entries: AuditEntry[] = []
    for (const [key, { since, more, call }] of this.#open) {
      if (since > before) continue
      this.#open.delete(key)
      if (more > 0) entries.push(entryOf(call, more))
    }
    if (entries.length > 0) this.#write(entries)
  }

  /** The refusal has been given; its trace must not make the caller wait, nor fail the call. */
  #write(entries: readonly AuditEntry[]): void {
    this.#records
      .write(async ({ tx, now }) => {
        for (const entry of entries) await record(tx, now, entry)
      })
      .catch(this.#failed)
  }
}

const entryOf = ({ route, why, actor, ip, object }: RefusedCall, times: number): AuditEntry => ({
  kind: 'refused',
  actor,
  ip,
  object,
  detail: { route, why, times },
})
