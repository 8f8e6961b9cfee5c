/** `npm start` itself, without npm: supervisor, server, collectors and the simulated office. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Weighed {
  pid: number
  name: string
  rssMb: number
}
export interface Office {
  url: string
  wallUrl: string
  /** From the start until `/readyz` says 200. */
  readyMs: number
  /** The supervisor and all that it started. */
  processes(): Weighed[]
  stop(): Promise<void>
}

export const FREE_PORTS = {
  SANLING_HOST: '127.0.0.1',
  SANLING_PORT: '0',
  SANLING_MQTT_PORT: '0',
  SANLING_SYSLOG_PORT: '0',
}
const LIMIT_MS = 300_000

interface Command {
  program: string
  args: string[]
  cwd: string
  dataDir: string
  env?: Record<string, string>
}

/** @throws when it ends or is not ready within five minutes */
export async function startOffice({ program, args, cwd, dataDir, env = {} }: Command): Promise<Office> {
  const begun = performance.now()
  const startedAt = Date.now()
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...FREE_PORTS, SANLING_DATA: dataDir, ...env },
    stdio: ['ignore', 'ignore', process.env.BENCH_LOUD ? 'inherit' : 'ignore'],
    detached: true,
  })
  try {
    const demo = await ready(child, join(dataDir, 'demo.json'), startedAt)
    return {
      ...demo,
      readyMs: performance.now() - begun,
      processes: () => family(child.pid ?? 0).map(weigh),
      stop: () => stop(child),
    }
  } catch (error) {
    await stop(child)
    throw error
  }
}

interface Address {
  url: string
  wallUrl: string
}

/** The demo.json of this start, not of the one before. */
async function ready(child: ChildProcess, file: string, since: number): Promise<Address> {
  while (Date.now() - since < LIMIT_MS) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`)
    const demo = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Address) : undefined
    const answer = demo && (await fetch(`${demo.url}/readyz`).catch(() => undefined))
    if (demo && answer?.status === 200) return demo
    await sleep(20)
  }
  throw new Error('npm start was not ready within five minutes')
}

/** npm does not hand every signal on: the whole group is asked. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGTERM')
  await ended
}

const status = (pid: number, name: string): string =>
  new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'

/** A process and its descendants. */
function family(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [[Number(name), Number(status(Number(name), 'PPid'))] as const]
      } catch {
        return []
      }
    })
  const of = (parent: number): number[] => [
    parent,
    ...parents.filter(([, one]) => one === parent).flatMap(([child]) => of(child)),
  ]
  return of(pid)
}

function weigh(pid: number): Weighed {
  const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  const script = args.find((arg) => /\.(ts|js|mjs)$/.test(arg)) ?? args.join(' ')
  const name = script.split('/').slice(-2).join('/') || program
  return { pid, name: `${program.split('/').at(-1)} ${name}`.trim(), rssMb: Number(status(pid, 'VmRSS')) / 1024 }
}
