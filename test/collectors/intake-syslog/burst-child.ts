/** Takes messages in until it is killed; decodes none. Says each that is on disk: `m0`, `m1` … */
import { join } from 'node:path'
import { pino } from 'pino'
import { createIntake } from '../../../collectors/intake/syslog-intake.ts'
import { nothing } from '../../../collectors/source.ts'

const [folder = ''] = process.argv.slice(2)
/** One slow message, and all that follow are kept; those are never read. */
const busy = (): ReturnType<typeof nothing> => {
  const until = performance.now() + 60
  while (performance.now() < until);
  return nothing()
}
const intake = createIntake({
  path: join(folder, 'tq.burst.sqlite'),
  maxBytes: 64 * 1024 * 1024,
  decode: busy,
  deliver: () => new Promise(() => {}),
  kept: () => {},
  log: pino({ level: 'silent' }),
})
const channel = { name: 'a', decode: busy }
intake.take([Buffer.from('first')], 0, channel)
for (let n = 0; ; n++) {
  await intake.take([Buffer.from(`m${n}`)], n, channel)
  process.stdout.write(`m${n}\n`)
}
