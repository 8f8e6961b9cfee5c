import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const PREFIX = 'sanling-test-'
const READY_MS = 30_000

/** A running service. `restart` uses the same port and the same data, as after a crash. */
export interface Service {
  url: string
  port: number
  readonly pid: number
  /** SIGTERM, waits for the end, then removes its folder. */
  stop(): Promise<void>
  /** kill -9; the folder stays for `restart`. */
  kill9(): Promise<void>
  /** Ends it in order (SIGTERM) but keeps the folder for `restart`. */
  pause(): Promise<void>
  restart(): Promise<void>
}

export interface Recipe {
  name: string
  program: string
  args: string[]
  folder: string
  url: string
  port: number
  user?: string
  endSignal?: NodeJS.Signals
  ready(): Promise<boolean>
}

const folders = new Set<string>()
const children = new Set<ChildProcess>()

process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Folders whose test process was killed are swept by the next one. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : 0)
    if (pid > 0 && !existsSync(`/proc/${pid}`)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

/** A folder that is removed when the test process ends. */
export function temporaryFolder(what = 'data'): string {
  if (folders.size === 0 && existsSync('/proc')) sweep()
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-${what}-`))
  folders.add(folder)
  return folder
}

export function dropFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  folders.delete(folder)
}

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** Path of a program. @throws in Chinese, with the Debian package to install */
export function findProgram(name: string, debianPackage: string, extra: readonly string[] = []): string {
  const places = [...extra, ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const found = places.map((place) => join(place, name)).find((path) => existsSync(path))
  if (!found) throw new Error(`缺少程序 ${name}。请先安装：apt-get install ${debianPackage}（或以 root 运行 npm test）`)
  return found
}

export const isRoot = process.getuid?.() === 0

/** Through setpriv, so that the kernel ends the service even when the test process is killed. */
function launch(recipe: Recipe): ChildProcess {
  const user = recipe.user ? [`--reuid=${recipe.user}`, `--regid=${recipe.user}`, '--init-groups'] : []
  const setpriv = findProgram('setpriv', 'util-linux')
  const args = ['--pdeathsig', 'KILL', ...user, '--', recipe.program, ...recipe.args]
  const log = openSync(join(recipe.folder, 'log.txt'), 'a')
  const child = spawn(setpriv, args, { cwd: recipe.folder, stdio: ['ignore', log, log] })
  closeSync(log)
  child.once('exit', () => children.delete(child))
  children.add(child)
  return child
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

async function awaitReady(recipe: Recipe, child: ChildProcess): Promise<void> {
  const until = performance.now() + READY_MS
  while (!(await recipe.ready().catch(() => false))) {
    if (ended(child) || performance.now() > until) {
      child.kill('SIGKILL')
      const log = readFileSync(join(recipe.folder, 'log.txt'), 'utf8').slice(-2000)
      throw new Error(`${recipe.name} 没有启动（端口 ${recipe.port}）。它最后的输出：\n${log}`)
    }
    await sleep(25)
  }
}

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (ended(child)) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  const hard = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(hard)
}

/** After kill -9 a service's own children may still hold its port or shared memory for a moment. */
async function relaunch(recipe: Recipe, tries = 5): Promise<ChildProcess> {
  const child = launch(recipe)
  try {
    await awaitReady(recipe, child)
    return child
  } catch (error) {
    if (tries <= 1) throw error
    await sleep(500)
    return relaunch(recipe, tries - 1)
  }
}

/** Starts a service and waits until it answers. */
export async function startService(recipe: Recipe): Promise<Service> {
  let child = launch(recipe)
  await awaitReady(recipe, child)
  return {
    url: recipe.url,
    port: recipe.port,
    get pid() {
      return child.pid ?? 0
    },
    kill9: () => end(child, 'SIGKILL'),
    pause: () => end(child, recipe.endSignal ?? 'SIGTERM'),
    stop: async () => {
      await end(child, recipe.endSignal ?? 'SIGTERM')
      dropFolder(recipe.folder)
    },
    restart: async () => {
      await end(child, recipe.endSignal ?? 'SIGTERM')
      child = await relaunch(recipe)
    },
  }
}
