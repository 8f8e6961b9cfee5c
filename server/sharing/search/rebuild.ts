import type { RebuildState } from '../../../contract/http/search.ts'
import type { Reader, SearchSource, Turn, Tx } from '../../feature.ts'
import type { SearchContext } from './context.ts'
import { Gently } from './gently.ts'
import { remember, remembered } from './state.ts'
import { on, reindex } from './writer.ts'

/**
 * Makes the index anew beside the running product. What is there stays to be found; records that the new run has not met
 * leave at its end.
 */
const BATCH = 200
interface Job extends RebuildState {
  generation: number
  /** Kinds that are done, and the last key of the one that runs. */
  kind: number
  after: string
}
const NONE: Job = {
  state: 'idle',
  startedAt: null,
  endedAt: null,
  done: 0,
  total: null,
  problem: null,
  generation: 0,
  kind: 0,
  after: '',
}

const jobOf = async (db: Reader | Tx): Promise<Job> => {
  const kept = await remembered(db, 'rebuild')
  return kept === null ? NONE : (JSON.parse(kept) as Job)
}
const keep = (tx: Tx, job: Job): Promise<void> => remember(tx, 'rebuild', JSON.stringify(job))
export const generationOf = async (db: Reader | Tx): Promise<number> => (await jobOf(db)).generation

export async function rebuildState(db: Reader | Tx): Promise<RebuildState> {
  const { state, startedAt, endedAt, done, total, problem } = await jobOf(db)
  return { state, startedAt, endedAt, done, total, problem }
}

export class Rebuild {
  readonly #context: SearchContext
  readonly #loop: Gently

  constructor(context: SearchContext) {
    this.#context = context
    this.#loop = new Gently(
      context.records,
      (turn) => this.#step(turn),
      (error) => this.#broken(error),
    )
  }

  /** One at a time: started again, the running one goes on. */
  async begin(): Promise<void> {
    await this.#context.records.write(async ({ tx, now }) => {
      const before = await jobOf(tx)
      if (before.state === 'running') return
      await keep(tx, { ...NONE, state: 'running', startedAt: now, generation: before.generation + 1 })
      await on(tx).deleteFrom('search_word').execute()
    })
    this.go()
  }

  async cancel(): Promise<void> {
    await this.#context.records.write(async ({ tx, now }) => {
      const job = await jobOf(tx)
      if (job.state === 'running') await keep(tx, { ...job, state: 'cancelled', endedAt: now })
    })
    await this.settled()
  }

  /** Goes on where it was, also after a restart. */
  go(): void {
    this.#loop.go()
  }
  settled(): Promise<void> {
    return this.#loop.settled()
  }
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  async #broken(error: unknown): Promise<void> {
    const { records, failed } = this.#context
    failed(error, 'search rebuild')
    const problem = error instanceof Error ? error.message : String(error)
    await records
      .write(async ({ tx, now }) => keep(tx, { ...(await jobOf(tx)), state: 'failed', endedAt: now, problem }))
      .catch((again: unknown) => failed(again, 'search rebuild'))
  }

  /** One batch; false when there is nothing more to do. */
  async #step({ tx, now }: Turn): Promise<boolean> {
    const job = await jobOf(tx)
    const source: SearchSource | undefined = this.#context.sources[job.kind]
    if (job.state !== 'running') return false
    if (!source) {
      await this.#sweep(tx, job.generation)
      await keep(tx, { ...job, state: 'idle', endedAt: now, total: job.done })
      return false
    }
    const refs = await source.keys(tx, job.after, BATCH)
    const last = refs.at(-1)
    if (last === undefined) {
      await keep(tx, { ...job, kind: job.kind + 1, after: '' })
      return true
    }
    await reindex(this.#context.index, tx, source.kind, refs, await source.read(tx, refs, now), job.generation)
    await keep(tx, { ...job, after: last, done: job.done + refs.length })
    return true
  }

  async #sweep(tx: Tx, generation: number): Promise<void> {
    for (;;) {
      const old = on(tx).selectFrom('search_doc').select('place').where('generation', '<', generation).limit(500)
      const places = (await old.execute()).map(({ place }) => Number(place))
      if (places.length === 0) return
      await this.#context.index.remove(tx, places)
    }
  }
}
