/**
 * The product's receiver as `npm run collect` runs it: framing, decoding, spool; the broker is not there. Tells twice:
 * when all messages are on disk, and when all of them are decoded events in the spool.
 */
import { pino } from 'pino'
import { chance, systemClock } from '../../../collectors/clock.ts'
import { openDelivery } from '../../../collectors/delivery/delivery.ts'
import { syslogSource } from '../../../collectors/intake/syslog.ts'
import type { SourceContext } from '../../../collectors/source.ts'
import { remembering } from '../../../collectors/supervisor.ts'
import { personHash } from '../../../config/person.ts'
import { SourceConfig } from '../../../config/schema.ts'
import { profileOf } from '../../collectors/terminals/decoders.ts'
import { meter } from './meter.ts'

const [dataDir = '', warm = '0', wanted = '0', profileName = 'tianqing-v10'] = process.argv.slice(2)
// A profile is written only by a process that ends by itself.
process.once('SIGINT', () => process.exit())
const log = pino({ level: 'silent' })
const profile = profileOf(profileName)
const delivery = openDelivery({
  site: 'bench',
  domain: 'terminal',
  collector: 'bench',
  profile: `${profile.id}@${profile.version}`,
  version: 'bench',
  dataDir,
  broker: { url: 'mqtt://127.0.0.1:1', username: 'bench', password: 'bench' },
  clock: systemClock,
  chance,
  log,
})
const stored = meter(Number(warm), Number(wanted))
const decoded = meter(Number(warm), Number(wanted))
const context: SourceContext = {
  ...delivery,
  site: 'bench',
  places: {
    doors: [],
    patrol: {
      points: [],
      routes: [],
      rounds: [],
      windowMin: 60,
      earlyMin: 10,
      lateMin: 30,
      downloadHours: 12,
      minGapS: 20,
    },
  },
  clock: systemClock,
  log,
  profile,
  secret: () => '',
  dataDir,
  async deliver(drafts, cursor) {
    await delivery.deliver(drafts, cursor)
    decoded(drafts.length)
  },
  crashed: (error) => {
    throw error
  },
  listens: ({ tcp }) => {
    process.send?.({ port: tcp })
  },
  personHash: remembering((no) => personHash('0'.repeat(64), no)),
  chance,
}

const config = SourceConfig.parse({
  id: 'bench',
  name: 'bench',
  domain: 'terminal',
  staleAfterS: 60,
  kind: 'syslog',
  profile: profile.id,
  tcp: { port: 0 },
  maxPerSecond: 1e9,
})
if (config.kind === 'syslog') await syslogSource(config, context, stored).start()
