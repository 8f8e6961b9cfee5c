import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Something that is killed and started again. */
export interface Piece {
  name: string
  start(): Promise<void>
  /** kill -9, at once. */
  kill9(): Promise<void>
  /** Works again; polled. */
  ready(): Promise<boolean>
  /** Of the process that runs now and all that it has started. */
  pids(): number[]
  /** In order, within 5 s. @returns how long it took, ms */
  stop(): Promise<number>
}

/** One process of the product, started as the supervisor starts it (with an IPC channel), and nothing else. */
export function processPiece(plan: {
  name: string
  file: string
  args: string[]
  env: () => Record<string, string>
  logFile: string
  ready(): Promise<boolean>
}): Piece {
  let child: ChildProcess | undefined
  const running = (): ChildProcess | undefined =>
    child && child.exitCode === null && child.signalCode === null ? child : undefined
  const end = async (signal: NodeJS.Signals): Promise<number> => {
    const process = running()
    if (!process) return 0
    const begun = performance.now()
    const gone = once(process, 'exit')
    process.kill(signal)
    const hard = setTimeout(() => process.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(hard)
    return performance.now() - begun
  }
  return {
    name: plan.name,
    start: async () => {
      const log = openSync(plan.logFile, 'a')
      child = fork(plan.file, plan.args, { env: { ...process.env, ...plan.env() }, stdio: ['ignore', log, log, 'ipc'] })
      closeSync(log)
    },
    kill9: async () => void (await end('SIGKILL')),
    pids: () => family(running()?.pid),
    stop: () => end('SIGTERM'),
    ready: async () => {
      if (!running()) throw new Error(`${plan.name} 自己结束了：\n${readFileSync(plan.logFile, 'utf8').slice(-2000)}`)
      return plan.ready().catch(() => false)
    },
  }
}

/** That process and its descendants (Linux). */
export function family(pid: number | undefined): number[] {
  if (pid === undefined) return []
  const file = `/proc/${pid}/task/${pid}/children`
  const children = existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number) : []
  return [pid, ...children.flatMap(family)]
}

/** Waits until it works. @returns ms · @throws after `limitMs` */
export async function untilReady(piece: Piece, limitMs: number): Promise<number> {
  const begun = performance.now()
  while (!(await piece.ready())) {
    if (performance.now() - begun > limitMs) throw new Error(`${piece.name} 在 ${limitMs} ms 内没有恢复`)
    await sleep(20)
  }
  return performance.now() - begun
}
