import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')
const NODE = process.execPath

export interface Demo {
  url: string
  wallUrl: string
  mqtt: { url: string; username: string; password: string }
  accounts: { username: string; password: string; roles: string[]; token: string }[]
}

/** `npm start` as a newcomer has it, in a process group of its own, on free ports and a temporary data folder. */
export class Product {
  readonly dataDir: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  said = ''
  #child: ChildProcess | undefined

  constructor(options: { dataDir?: string; args?: readonly string[]; env?: Record<string, string> } = {}) {
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'sanling-start-'))
    this.args = options.args ?? []
    this.env = options.env ?? {}
  }

  launch(): this {
    const env = {
      ...process.env,
      SANLING_PORT: '0',
      SANLING_MQTT_PORT: '0',
      SANLING_SYSLOG_PORT: '0',
      SANLING_DATA: this.dataDir,
      ...this.env,
    }
    const child = spawn(NODE, ['server/commands/start.ts', ...this.args], {
      cwd: ROOT,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text
      })
    this.#child = child
    return this
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Waits until it has told where the wall is. */
  async ready(ms = 60_000): Promise<Demo> {
    const end = performance.now() + ms
    while (!this.said.includes('Ctrl+C')) {
      if (performance.now() > end || this.#child?.exitCode !== null)
        throw new Error(`did not start: ${this.said}\n${this.logs()}`)
      await new Promise((done) => setTimeout(done, 50))
    }
    return this.demo()
  }

  demo(): Demo {
    return JSON.parse(readFileSync(join(this.dataDir, 'demo.json'), 'utf8'))
  }

  logs(): string {
    const folder = join(this.dataDir, 'logs')
    return existsSync(folder)
      ? readdirSync(folder)
          .map((name) => readFileSync(join(folder, name), 'utf8').slice(-1500))
          .join('\n')
      : ''
  }

  /** Processes of this product that are alive: found by their data folder, which stands in their environment. */
  processes(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid && belongs(pid, this.dataDir))
  }

  signal(signal: NodeJS.Signals, group = true): void {
    process.kill(group ? -this.pid : this.pid, signal)
  }

  /** @returns exit code and how long it took, ms */
  async ended(): Promise<{ code: number | null; ms: number }> {
    const from = performance.now()
    const child = this.#child
    if (child && child.exitCode === null && child.signalCode === null)
      await new Promise((done) => child.once('exit', done))
    return { code: child?.exitCode ?? null, ms: performance.now() - from }
  }

  async stop(): Promise<void> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) {
      this.signal('SIGTERM')
      await this.ended()
    }
    await gone(() => this.processes(), 6000).catch(() => undefined)
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL')
    rmSync(this.dataDir, { recursive: true, force: true })
    rmSync(`${this.dataDir}-anchor`, { recursive: true, force: true })
  }
}

function belongs(pid: number, dataDir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`SANLING_DATA=${dataDir}`)
  } catch {
    return false
  }
}

/** Waits until no process is left. */
export async function gone(list: () => number[], ms: number): Promise<void> {
  const end = performance.now() + ms
  while (list().length > 0) {
    if (performance.now() > end) throw new Error(`still alive: ${list()}`)
    await new Promise((done) => setTimeout(done, 25))
  }
}
