import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { DiskFacts, ProcessFacts } from './rules.ts'

const GB = 1024 ** 3
const MB = 1024 ** 2

/** The folder itself, or the first above it that is there: looking creates nothing. */
const nearest = (path: string): string => (existsSync(path) || path === dirname(path) ? path : nearest(dirname(path)))

export function diskOf(id: string, name: string, path: string): DiskFacts {
  try {
    const { bavail, bsize } = statfsSync(nearest(path))
    return { id, name, freeGb: (bavail * bsize) / GB }
  } catch {
    return { id, name, freeGb: null }
  }
}

export const sizeMb = (file: string): number | null => (existsSync(file) ? statSync(file).size / MB : null)

/** Marks of the two usual services; a machine may keep its time otherwise, so this is never more than a notice. */
export const timeIsSynced = (): boolean =>
  ['/run/systemd/timesync/synchronized', '/run/chrony/chronyd.pid', '/run/chrony'].some((path) => existsSync(path))

/** Of this process since the last look. */
export class Pulse {
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined

  start(): void {
    this.#delay = monitorEventLoopDelay({ resolution: 20 })
    this.#delay.enable()
  }
  stop(): void {
    this.#delay?.disable()
  }
  read(): ProcessFacts {
    const p99 = (this.#delay?.percentile(99) ?? 0) / 1e6
    return {
      uptimeS: process.uptime(),
      rssMb: process.memoryUsage.rss() / MB,
      loopP99Ms: Number.isFinite(p99) ? p99 : 0,
    }
  }
  /** Counts anew: an old stall must not colour the page for days. */
  reset(): void {
    this.#delay?.reset()
  }
}
