import { NO_RECEIPT, readStamp } from '../intake/syslog-time.ts'

export interface ClamdVersion {
  /** `1.4.6` */
  engine: string
  /** Undefined: no signatures are loaded. */
  database?: { version: number; dayMs: number | undefined }
}

/**
 * `ClamAV 1.4.6/27834/Mon Nov 23 09:45:00 2026`: engine, number and date of the signatures, on the wall clock of `zone`.
 * Undefined when it is no such answer.
 */
export function readVersion(text: string, zone: string): ClamdVersion | undefined {
  const [name = '', number, ...date] = text.trim().split('/')
  const engine = /^ClamAV ([\w.+~-]{1,40})$/.exec(name)?.[1]
  if (!engine) return undefined
  const version = Number(number)
  if (number === undefined || !Number.isInteger(version)) return { engine }
  const stamp = readStamp(date.join('/').replace(/^[A-Z][a-z]{2} /, ''), NO_RECEIPT, zone)
  return { engine, database: { version, dayMs: stamp?.moment?.ms } }
}

export interface ClamdStats {
  /** More than one pool (old versions) are added up. */
  threads?: number
  threadsMax?: number
  queue?: number
  memMb?: number
}

/** The lines of `STATS`; what is not there stays undefined. */
export function readStats(text: string): ClamdStats {
  const stats: ClamdStats = {}
  const plus = (before: number | undefined, more: string | undefined) => (before ?? 0) + Number(more)
  for (const line of text.slice(0, 65_536).split('\n')) {
    const threads = /^THREADS: live (\d{1,6}) +idle (\d{1,6}) max (\d{1,6})/.exec(line)
    if (threads) {
      stats.threads = plus(stats.threads, threads[1])
      stats.threadsMax = plus(stats.threadsMax, threads[3])
    }
    const queue = /^QUEUE: (\d{1,9}) items/.exec(line)
    if (queue) stats.queue = plus(stats.queue, queue[1])
    const memory = /pools_used (\d{1,9}(?:\.\d{1,6})?)M/.exec(line)
    if (memory) stats.memMb = Number(memory[1])
  }
  return stats
}
