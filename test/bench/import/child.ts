/**
 * A collector of its own that imports what lies in its drop folder, and says what it cost: `node child.ts FOLDER`.
 * Answers one JSON line when the folder is empty again.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pino } from 'pino'
import { caseExportSource } from '../../../collectors/cases/export.ts'
import { systemClock } from '../../../collectors/clock.ts'
import { openDelivery } from '../../../collectors/delivery/delivery.ts'
import { PROFILE_FILE } from '../../collectors/cases/build.ts'
import { recorder } from '../../collectors/recorder.ts'

const dataDir = process.argv[2] ?? ''
const delivery = openDelivery({
  site: 'bench',
  domain: 'case',
  collector: 'case-export',
  profile: 'case-export@1',
  version: '0',
  dataDir,
  broker: { url: 'mqtt://127.0.0.1:1', username: 'x', password: 'x' },
  clock: systemClock,
  chance: () => 0.5,
  log: pino({ level: 'silent' }),
})
let events = 0
let told = 0
const source = caseExportSource(
  {
    id: 'case-export',
    name: 'x',
    domain: 'case',
    kind: 'case-export',
    profile: 'case-export',
    staleAfterS: 60,
    enabled: true,
    demo: false,
    folder: 'drop',
    settleS: 0,
    scanS: 0.02,
    maxVanish: 0.2,
  },
  {
    ...recorder({ profile: PROFILE_FILE, dataDir, now: systemClock.now }).context,
    store: delivery.store,
    async deliver(drafts, cursor) {
      await delivery.deliver(drafts, cursor)
      events += drafts.length
    },
    progress: (what) => {
      if (what) told++
    },
  },
)

/** Everything that Node itself and its modules take before the first byte is read is in it: it is what the machine gives. */
const peakMb = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024
const out = (place: string): string[] =>
  readdirSync(join(dataDir, 'drop', place)).filter((name) => !name.endsWith('.report.json'))

const before = peakMb()
const delay = monitorEventLoopDelay({ resolution: 5 })
await source.start()
delay.enable()
const startedAt = performance.now()
while (out('done').length + out('rejected').length + out('held').length === 0)
  await new Promise((resolve) => setTimeout(resolve, 20))
const seconds = (performance.now() - startedAt) / 1000
delay.disable()
process.stdout.write(
  `${JSON.stringify({ seconds, events, told, peakMb: peakMb(), startMb: before, p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6, done: out('done').length === 1 })}\n`,
)
process.exit(0)
