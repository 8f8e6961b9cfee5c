import { createReadStream, mkdirSync, rmSync } from 'node:fs'

import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { officeTime } from '../../config/zone.ts'
import type { ExportJob } from '../../contract/http/exports.ts'
import type { AuditPort } from '../audit/journal.ts'
import type { ExportAsk, Exporter, Records } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { writeFile } from './file.ts'
import { afterRestart, fileName, judgeStart, LIMITS, outcomeOf, REFUSAL_WORDS } from './rules.ts'
import { keepJob, loadJobs } from './tables.ts'

export interface ExportDeps {
  records: Records
  /** All lists that can be exported; known once every feature is made. */
  exporters(): readonly Exporter[]
  /** Files of the running process; emptied at start and stop. */
  folder: string
  unit: string
  demo: boolean
  audit: AuditPort
  now(): number
  newId(): string
  failed(error: unknown, where: string): void
}

/** How long it is told what was asked for. */
const KEPT_MS = 7 * 86_400_000

interface Job {
  owner: string
  ip: string
  path: string
  told: ExportJob
  abort: AbortController
  done: Promise<void>
}

/** The exports of this process. Files live with it; what was asked for is kept, so that a restart is told of. */
export class ExportJobs {
  readonly #deps: ExportDeps
  readonly #jobs = new Map<string, Job>()
  /** Between start and stop. */
  #open = false

  constructor(deps: ExportDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    const { folder, records } = this.#deps
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    await records.write(async ({ tx, now }) => {
      for (const { owner, ip, told: before } of await loadJobs(tx, now - KEPT_MS)) {
        const told = afterRestart(before, now)
        if (told !== before) await keepJob(tx, { owner, ip, told })
        this.#jobs.set(told.id, this.#jobOf(owner, ip, told))
      }
    })
    this.#open = true
  }

  #jobOf(owner: string, ip: string, told: ExportJob): Job {
    const path = join(this.#deps.folder, `${told.id}.xlsx`)
    return { owner, ip, path, told, abort: new AbortController(), done: Promise.resolve() }
  }

  async stop(): Promise<void> {
    this.#open = false
    for (const { abort } of this.#jobs.values()) abort.abort()
    await Promise.all([...this.#jobs.values()].map(({ done }) => done))
    rmSync(this.#deps.folder, { recursive: true, force: true })
  }

  /** @throws Refusal `conflict` when too many are under way */
  begin(exporter: Exporter, ask: ExportAsk<unknown>, from: { ip: string; filters: string }): ExportJob {
    const { newId } = this.#deps
    if (!this.#open) throw new Refusal('unavailable')
    const owner = ask.person.id
    const verdict = judgeStart(this.#running(), owner)
    if (verdict) throw new Refusal('conflict', REFUSAL_WORDS[verdict.refused])
    const id = newId()
    const told: ExportJob = {
      id,
      kind: exporter.kind,
      title: exporter.title,
      state: 'running',
      rows: 0,
      total: null,
      truncated: false,
      filename: fileName(exporter.title, officeTime(ask.now).toPlainDateTime().toString()),
      bytes: null,
      sha256: null,
      createdAt: ask.now,
      finishedAt: null,
      expiresAt: null,
      problem: null,
    }
    const job = this.#jobOf(owner, from.ip, told)
    this.#jobs.set(id, job)
    this.#forget(owner)
    job.done = this.#run(job, exporter, ask, from.filters)
    return { ...told }
  }

  /** Never throws: what happens stands in the job. Nothing is read before the trail names who reads it. */
  async #run(job: Job, exporter: Exporter, ask: ExportAsk<unknown>, filters: string): Promise<void> {
    const { told, abort } = job
    try {
      await this.#journal('export.started', job, ask.person.username, { filters: filters.slice(0, 2000) })
      told.total = exporter.count ? Math.min(await exporter.count(ask), LIMITS.rows) : null
      const result = await writeFile({
        exporter,
        ask,
        path: job.path,
        moment: officeTime(ask.now).toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' '),
        unit: this.#deps.unit,
        demo: this.#deps.demo,
        signal: abort.signal,
        progress: (rows) => {
          told.rows = rows
        },
      })
      const finishedAt = this.#deps.now()
      Object.assign(told, result, { state: 'ready', finishedAt, expiresAt: finishedAt + LIMITS.keepMs })
      await this.#journal('export.finished', job, ask.person.username, { rows: told.rows, sha256: result.sha256 })
    } catch (error) {
      rmSync(job.path, { force: true })
      Object.assign(told, outcomeOf(abort.signal.aborted), { finishedAt: this.#deps.now() })
      // A stop is no wish of its owner: the restart says what became of it.
      if (this.#open) await this.#deps.records.write(({ tx }) => keepJob(tx, job)).catch(() => undefined)
      if (!abort.signal.aborted) this.#deps.failed(error, `export ${told.kind}`)
    }
  }

  own(owner: string): ExportJob[] {
    return [...this.#jobs.values()]
      .filter((job) => job.owner === owner)
      .map(({ told }) => told)
      .reverse()
  }

  /** @throws Refusal `not-found` for a stranger's job as for none */
  find(id: string, owner: string): ExportJob {
    return this.#of(id, owner).told
  }

  async cancel(id: string, owner: string, username: string): Promise<ExportJob> {
    const job = this.#of(id, owner)
    if (!this.#running().includes(job)) return job.told
    job.abort.abort()
    await job.done
    // It may have been ready a moment before.
    const told = this.find(id, owner)
    if (told.state === 'cancelled') await this.#journal('export.cancelled', job, username, { rows: told.rows })
    return told
  }

  /** @throws Refusal `not-found` when there is no file (any more) */
  async download(id: string, owner: string, username: string): Promise<{ stream: Readable; filename: string }> {
    const job = this.#of(id, owner)
    this.expire(this.#deps.now())
    if (job.told.state === 'interrupted') throw new Refusal('not-found', '导出已中断，请重新导出')
    if (job.told.state === 'expired') throw new Refusal('not-found', '文件已到期删除，请重新导出')
    if (job.told.state !== 'ready') throw new Refusal('not-found', '文件还没有生成')
    await this.#journal('export.downloaded', job, username, { sha256: job.told.sha256 })
    return { stream: createReadStream(job.path), filename: job.told.filename }
  }

  /** Removes files whose time is up. */
  expire(now: number): void {
    for (const { told, path } of this.#jobs.values()) {
      if (told.state !== 'ready' || told.expiresAt === null || told.expiresAt > now) continue
      told.state = 'expired'
      rmSync(path, { force: true })
    }
  }

  #running = (): Job[] => [...this.#jobs.values()].filter(({ told }) => told.state === 'running')

  #of(id: string, owner: string): Job {
    const job = this.#jobs.get(id)
    if (job?.owner !== owner) throw new Refusal('not-found', '没有这项导出')
    return job
  }

  /** Keeps the newest of a person. */
  #forget(owner: string): void {
    const own = [...this.#jobs.entries()].filter(([, job]) => job.owner === owner)
    for (const [id, { path, told }] of own.slice(0, Math.max(0, own.length - LIMITS.kept))) {
      if (told.state === 'running') continue
      rmSync(path, { force: true })
      this.#jobs.delete(id)
    }
  }

  #journal(kind: string, job: Job, actor: string, detail: Record<string, string | number | null>): Promise<void> {
    const { id, kind: list } = job.told
    return this.#deps.records.write(async ({ tx, now }) => {
      await this.#deps.audit.record(tx, now, { kind, actor, ip: job.ip, detail: { export: id, list, ...detail } })
      await keepJob(tx, job)
    })
  }
}
