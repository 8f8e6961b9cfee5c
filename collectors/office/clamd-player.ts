import type { Config } from '../../config/load.ts'
import { ZONE } from '../../config/zone.ts'
import type { Clock } from '../clock.ts'
import { type ClamdEngine, startClamdEngine } from './clamd-engine.ts'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Not the string itself: no scanner shall take this file for one. */
const MARK = ['EICAR', 'STANDARD', 'ANTIVIRUS'].join('-')

/**
 * The engines of every clamd source that sources.yaml marks `demo: true`, where it says that they listen (a port of this
 * machine, or a Unix socket). They find the test string and nothing else; their signatures are of yesterday.
 */
export function clamdPlayer({ sources }: Config['sources'], clock: Clock) {
  const wanted = sources.flatMap((source) =>
    source.kind === 'clamd' && source.demo && source.enabled ? source.engines : [],
  )
  let running: ClamdEngine[] = []
  return {
    /** @throws Error when a port or path is taken */
    async start(): Promise<void> {
      for (const { socket, port } of wanted)
        running.push(
          await startClamdEngine(socket ?? port ?? 0, {
            version: () => versionOf(clock.now()),
            find: (bytes) => (Buffer.from(bytes).includes(MARK) ? 'Eicar-Test-Signature' : undefined),
          }),
        )
    },
    async stop(): Promise<void> {
      const some = running
      running = []
      await Promise.all(some.map((engine) => engine.close()))
    },
  }
}

/** `ClamAV 1.4.6/27834/Mon Nov 23 09:45:00 2026` (protocols.md 1.4). */
export function versionOf(now: number): string {
  const day = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(ZONE).subtract({ days: 1 })
  const number = 27_834 + Math.floor((now - Date.UTC(2026, 10, 24)) / 86_400_000)
  const date = `${DAYS[day.dayOfWeek - 1]} ${MONTHS[day.month - 1]} ${String(day.day).padStart(2, '0')}`
  return `ClamAV 1.4.6/${number}/${date} 09:45:00 ${day.year}`
}
