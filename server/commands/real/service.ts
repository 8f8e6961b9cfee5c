import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const isRoot = process.getuid?.() === 0

/** Path of a program, or undefined. */
export function findProgram(name: string, extra: readonly string[] = []): string | undefined {
  const places = [...extra, ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return places.map((place) => join(place, name)).find((path) => existsSync(path))
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

export interface ServicePlan {
  name: string
  program: string
  args: readonly string[]
  folder: string
  logFile: string
  user?: string
  /** Ends it in order. */
  endSignal: NodeJS.Signals
  ready(): Promise<boolean>
}

const READY_MS = 30_000
const RESTART_MS = 500

/**
 * A program of the system as our child: in a session of its own, so that a signal to our process group does not end it
 * before the server has said what it has to say; and by setpriv's parent-death signal it does not outlive us.
 */
export class Service {
  readonly #plan: ServicePlan
  #child: ChildProcess | undefined
  #stopping = false

  constructor(plan: ServicePlan) {
    this.#plan = plan
  }

  /** @throws Error in Chinese when it does not answer in time */
  async start(): Promise<void> {
    this.#launch()
    const end = performance.now() + READY_MS
    while (!(await this.#plan.ready().catch(() => false))) {
      if (performance.now() > end || this.#stopping)
        throw new Error(`${this.#plan.name} 没有启动，请看日志 ${this.#plan.logFile}`)
      await sleep(50)
    }
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(this.#plan.endSignal)
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await ended
    clearTimeout(timer)
  }

  #launch(): void {
    const { program, args, folder, logFile, user, endSignal } = this.#plan
    const identity = user ? [`--reuid=${user}`, `--regid=${user}`, '--init-groups'] : []
    const log = openSync(logFile, 'a', 0o600)
    const child = spawn(
      findProgram('setpriv') ?? 'setpriv',
      ['--pdeathsig', endSignal.replace('SIG', ''), ...identity, '--', program, ...args],
      { cwd: folder, stdio: ['ignore', log, log], detached: true },
    )
    closeSync(log)
    this.#child = child
    child.once('error', () => undefined)
    child.once('exit', () => {
      if (!this.#stopping) setTimeout(() => !this.#stopping && this.#launch(), RESTART_MS)
    })
  }
}
