import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { officeTime } from '../../config/zone.ts'
import { RUN_WORDS, type RunKind, type UpkeepRun } from '../../contract/http/health.ts'
import type { Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { UpkeepDeps } from './context.ts'
import type { JobAnswer, JobOrder } from './job.ts'
import { finishRun, insertRun } from './repository.ts'

const JOB = join(import.meta.dirname, 'job.ts')

/** Starts runs, one of a kind at a time, and writes down what became of them. */
export class Runner {
  readonly #deps: UpkeepDeps
  readonly #sweep: () => Promise<JobAnswer>
  readonly #children = new Map<RunKind, ChildProcess | null>()
  readonly #done = new Set<Promise<void>>()
  #open = false

  /** @param sweep what is due by the retention rules: it writes, so it runs in the one line of turns */
  constructor(deps: UpkeepDeps, sweep: () => Promise<JobAnswer>) {
    this.#deps = deps
    this.#sweep = async () => {
      try {
        return await sweep()
      } catch (error) {
        return { ok: false, text: error instanceof Error ? error.message : String(error) }
      }
    }
  }

  get running(): RunKind[] {
    return [...this.#children.keys()]
  }

  open(): void {
    this.#open = true
  }

  async stop(): Promise<void> {
    this.#open = false
    for (const child of this.#children.values()) child?.kill('SIGKILL')
    await Promise.all(this.#done)
  }

  /** In the turn that writes it down; the work begins after the commit. @throws Refusal when one is under way */
  async begin(turn: Turn, kind: RunKind, by: string): Promise<UpkeepRun> {
    if (!this.#open) throw new Refusal('unavailable')
    // A drill of a backup that is being made, or pruned, would prove nothing.
    const [busy] = this.#children.keys()
    if (busy) throw new Refusal('conflict', `正在进行“${RUN_WORDS[busy]}”，请等它完成`)
    const run = { id: this.#deps.newId(), kind, startedAt: turn.now, by }
    await insertRun(turn.tx, run)
    turn.afterCommit(() => {
      this.#children.set(kind, null)
      const done = this.#run(run.id, kind, turn.now).finally(() => this.#done.delete(done))
      this.#done.add(done)
    })
    return { ...run, finishedAt: null, ok: null, text: '' }
  }

  async #run(id: string, kind: RunKind, at: number): Promise<void> {
    const { records, failed } = this.#deps
    try {
      const answer = kind === 'retention' ? await this.#sweep() : await this.#child(this.#order(kind, at))
      if (!this.#open) return
      await records.write(async (turn) => {
        await finishRun(turn.tx, id, turn.now, answer.ok, answer.text)
        await this.#tell(turn, kind, answer)
      })
    } catch (error) {
      failed(error, `upkeep ${kind}`)
    } finally {
      this.#children.delete(kind)
    }
  }

  #order(kind: JobOrder['kind'], at: number): JobOrder {
    const { dataDir, options, backups, anchors, rules, passphrase, version } = this.#deps
    const moment = officeTime(at).toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
    const name = `sanling-${moment.replace('T', '-')}`
    return {
      kind,
      dataDir,
      records: options,
      backups,
      anchors,
      name,
      keep: rules.nightly.backup.keep,
      passphrase,
      version,
    }
  }

  #child(order: JobOrder): Promise<JobAnswer> {
    return new Promise((resolve) => {
      const child = fork(JOB, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
      let [answer, said]: [JobAnswer | undefined, string] = [undefined, '']
      this.#children.set(order.kind, child)
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-500)
      })
      child.on('message', (message: JobAnswer) => {
        answer = message
      })
      child.on('error', (error) => resolve({ ok: false, text: error.message }))
      child.on('exit', (code, signal) =>
        resolve(answer ?? { ok: false, text: `进程意外结束（${signal ?? code}）${said.trim()}` }),
      )
      child.send(order)
    })
  }

  #tell(turn: Turn, kind: RunKind, { ok, text }: JobAnswer): Promise<void> {
    const { alerts, demo } = this.#deps
    const cause = `infra.upkeep-failed:${kind}`
    if (ok) return alerts.clear(turn, cause, turn.now)
    return alerts.raise(turn, {
      cause,
      rule: 'infra.upkeep-failed',
      domain: 'infra',
      object: `upkeep:${kind}`,
      at: turn.now,
      evidence: [],
      clearable: true,
      values: { what: RUN_WORDS[kind], reason: text.slice(0, 300) },
      demo,
    })
  }
}
