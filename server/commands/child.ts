import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, copyFileSync, existsSync, openSync, rmSync, statSync, truncateSync } from 'node:fs'

/** Only Node's own modules here and in everything that start.ts imports: the supervisor stays small. */
export interface ChildPlan {
  name: string
  /** Path of the .ts file. */
  file: string
  args: readonly string[]
  /** Asked at each start. */
  env(): Readonly<Record<string, string>>
  /** Everything the child prints goes there. */
  logFile: string
  /** Memory limits of V8 and the like. */
  execArgv: readonly string[]
  /** A message over the channel. */
  heard(message: unknown): void
  /** It ended without being asked; `restartsInMs` undefined = it will not be started again. */
  ended(how: string, restartsInMs: number | undefined): void
}

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 10_000
const SETTLED_MS = 60_000
const LOG_BYTES = 20 * 1024 * 1024
const LOG_LOOK_MS = 30_000
/** Exit code of a process that cannot run as it is configured: no use in starting it again. */
export const EXIT_MISCONFIGURED = 78

/** A child process that is started again when it ends, ever more slowly until it has settled. */
export class Child {
  readonly #plan: ChildPlan
  #process: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #log: NodeJS.Timeout | undefined
  #failures = 0
  #stopping = false
  #confirmed = false

  constructor(plan: ChildPlan) {
    this.#plan = plan
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** It has run once: whatever ends it from now on is no misconfiguration, and it is started again. */
  confirm(): void {
    this.#confirmed = true
  }

  start(): void {
    const { file, args, env, execArgv, heard } = this.#plan
    const log = openLogFile(this.#plan.logFile)
    const child = fork(file, [...args], {
      execArgv: [...execArgv],
      env: { ...process.env, ...env() },
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    clearInterval(this.#log)
    this.#log = setInterval(() => boundLog(this.#plan.logFile), LOG_LOOK_MS).unref()
    const startedAt = performance.now()
    this.#process = child
    child.on('message', heard)
    child.on('error', () => undefined)
    child.on('exit', (code, signal) => this.#exited(code, signal, performance.now() - startedAt))
  }

  /** SIGTERM, and SIGKILL when it has not ended within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer)
    clearInterval(this.#log)
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await ended
    clearTimeout(timer)
  }

  #exited(code: number | null, signal: string | null, livedMs: number): void {
    this.#process = undefined
    if (this.#stopping) return
    this.#failures = livedMs > SETTLED_MS ? 1 : this.#failures + 1
    const how = signal ?? `退出码 ${code}`
    if (code === EXIT_MISCONFIGURED && !this.#confirmed) {
      this.#plan.ended(how, undefined)
      return
    }
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.#failures - 1), LONGEST_WAIT_MS)
    this.#plan.ended(how, wait)
    // `ended` may have called stop().
    if (!this.#stopping) this.#timer = setTimeout(() => this.start(), wait)
  }
}

/** Appends: what is written after a cut goes to the new beginning of the file, not to where it was. */
function openLogFile(file: string): number {
  boundLog(file)
  return openSync(file, 'a', 0o600)
}

/**
 * A log that has grown large is kept once as `.1` and begins anew, while its writer goes on. Where there is no room for
 * the copy, the old lines go: a log must not be what fills the disk.
 */
export function boundLog(file: string, limit = LOG_BYTES): boolean {
  if (!existsSync(file) || statSync(file).size <= limit) return false
  try {
    copyFileSync(file, `${file}.1`)
  } catch {
    rmSync(`${file}.1`, { force: true })
  }
  truncateSync(file, 0)
  return true
}
