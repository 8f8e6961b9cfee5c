import type { ReadingJob } from '../../../contract/http/assist-reading.ts'
import type { Principal } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import type { AssistDeps } from '../context.ts'
import { readApart } from './apart.ts'
import { openFile } from './open-file.ts'
import { addReading, beat, endReading, filesOf, lastReading, type ReadingHead, textOf } from './repository.ts'

/** How often a reading says that it lives and how far it is. */
const BEAT_MS = 3000
interface Running {
  id: string
  abort: AbortController
  progress: number
  step: string
  ended: Promise<void>
  timer: ReturnType<typeof setInterval>
}
/** Readings under way: one of a case at a time, all of them one after another. */
export class ReadingJobs {
  readonly #deps: AssistDeps
  readonly #running = new Map<string, Running>()
  #queue: Promise<void> = Promise.resolve()

  constructor(deps: AssistDeps) {
    this.#deps = deps
  }

  /** @throws Refusal when one of this case runs, or there is nothing to read */
  async start(caseId: string, person: Principal, wanted: readonly string[] | undefined): Promise<ReadingJob> {
    const { records, newId } = this.#deps
    const id = newId()
    const head = await records.write(async (turn) => {
      if ((await lastReading(turn.tx, caseId))?.state === 'running')
        throw new Refusal('conflict', '这件案件正在阅卷，请等它完成或先取消')
      const known = (await filesOf(turn.tx, caseId)).map((file) => file.id)
      const files = wanted ? known.filter((one) => wanted.includes(one)) : known
      if (files.length === 0) throw new Refusal('unprocessable', '还没有卷宗文件，请先上传')
      const row = {
        id,
        case_id: caseId,
        state: 'running',
        problem: null,
        files: JSON.stringify(files),
        result: null,
        by: person.name,
        started_ms: turn.now,
        finished_ms: null,
        beat_ms: turn.now,
        progress: 0,
        step: null,
      }
      await addReading(turn.tx, row)
      return row
    })
    const job: Running = {
      id,
      abort: new AbortController(),
      progress: 0,
      step: '等待',
      ended: Promise.resolve(),
      // From now on: a job that waits for its turn lives too.
      timer: setInterval(() => void this.#beat(job).catch(this.#deps.failed), BEAT_MS),
    }
    this.#running.set(id, job)
    job.ended = this.#queue.then(() => this.#run(job, caseId, JSON.parse(head.files) as string[]))
    this.#queue = job.ended
    return this.present(head)
  }

  async cancel(caseId: string, id: string): Promise<ReadingJob> {
    const { records } = this.#deps
    const head = await lastReading(records.read, caseId)
    if (head?.id !== id) throw new Refusal('not-found', '没有这次阅卷')
    await this.#end(id, 'cancelled', null, null)
    const job = this.#running.get(id)
    job?.abort.abort()
    return this.present((await lastReading(records.read, caseId)) ?? head)
  }

  present(head: ReadingHead): ReadingJob {
    const job = this.#running.get(head.id)
    const state = head.state as ReadingJob['state']
    return {
      id: head.id,
      state,
      progress: state === 'done' ? 1 : (job?.progress ?? Number(head.progress ?? 0)),
      step:
        state === 'running'
          ? (job?.step ?? head.step ?? '等待')
          : { done: '已完成', failed: '失败', cancelled: '已取消' }[state],
      problem: head.problem,
      files: JSON.parse(head.files) as string[],
      by: head.by,
      startedAt: Number(head.started_ms),
      finishedAt: head.finished_ms === null ? null : Number(head.finished_ms),
    }
  }

  async #run(job: Running, caseId: string, files: readonly string[]): Promise<void> {
    const { records, failed } = this.#deps
    const { signal } = job.abort
    try {
      const sources = []
      for (const [at, id] of files.entries()) {
        signal.throwIfAborted()
        const tell = (share: number, step: string) => {
          job.progress = (0.85 * (at + share)) / files.length
          job.step = `${step}（${at + 1}/${files.length}）`
        }
        tell(0, '打开文件')
        await openFile(this.#deps, id, signal, tell)
        const source = await textOf(records.read, caseId, id)
        if (source) sources.push(source)
      }
      job.progress = 0.88
      job.step = '比对笔录'
      const result = await readApart(sources, signal)
      if (sources.length < files.length) result.warnings.push('有的文件没有读出文字，见文件清单')
      await this.#end(job.id, 'done', null, JSON.stringify(result))
    } catch (error) {
      if (signal.aborted) return
      const words =
        error instanceof Refusal ? (error.detail ?? error.message) : error instanceof Error ? error.message : '未知原因'
      if (!(error instanceof Refusal)) failed(error)
      await this.#end(job.id, 'failed', words, null).catch(failed)
    } finally {
      clearInterval(job.timer)
      this.#running.delete(job.id)
    }
  }
  #end(id: string, state: string, problem: string | null, result: string | null): Promise<boolean> {
    return this.#deps.records.write((turn) =>
      endReading(turn.tx, id, { state, problem, result, finished_ms: turn.now }),
    )
  }

  /** Somebody else may have ended it, on another server too. */
  async #beat({ id, progress, step, abort }: Running): Promise<void> {
    if (!(await this.#deps.records.write((turn) => beat(turn.tx, id, turn.now, progress, step)))) abort.abort()
  }

  async close(): Promise<void> {
    for (const { abort } of this.#running.values()) abort.abort()
    await this.#queue
  }
  /** Tests wait for it. */
  settled(): Promise<void> {
    return this.#queue
  }
}
