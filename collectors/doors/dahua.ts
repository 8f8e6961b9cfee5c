import type { SourceOf } from '../../config/schema.ts'
import { decodeText } from '../intake/encoding.ts'
import { readMoment } from '../intake/wall-clock.ts'
import type { SourceFactory } from '../source.ts'
import { askClockAt } from './answer.ts'
import { isWholeEvent, readDahuaPart } from './dahua-events.ts'
import type { RecordsBy } from './dahua-records.ts'
import { DahuaSearch } from './dahua-search.ts'
import { type DeviceSeams, REAL_SEAMS } from './device.ts'
import type { DoorDialect } from './dialect.ts'
import { polledSource } from './polled.ts'
import { DahuaProfile, readProfile } from './profile.ts'

type Config = SourceOf<'dahua'>

const CLOCK = '/cgi-bin/global.cgi?action=getCurrentTime'

/**
 * Dahua door controllers over CGI (protocols.md 2.2): passes out of `recordFinder`, with cursor and overlap; the attached
 * `eventManager` tells at once that there is one to fetch, and is the only place where contacts and alarms come from.
 */
export const dahuaSource: SourceFactory<'dahua'> = (config, context) => dahuaWith(config, context, REAL_SEAMS)

/** The same with replaceable parts, for tests. */
export const dahuaWith = (
  config: Config,
  context: Parameters<SourceFactory<'dahua'>>[1],
  seams: DeviceSeams,
): ReturnType<SourceFactory<'dahua'>> =>
  polledSource({
    config,
    context,
    seams,
    speak() {
      const profile = readProfile(DahuaProfile, context.profile)
      return { profile, dialect: (device) => cgiDialect(profile, device) }
    },
  })

function cgiDialect(profile: DahuaProfile, { epochIsLocal }: Pick<Config['devices'][number], 'epochIsLocal'>) {
  const by: RecordsBy = { profile, epochIsLocal }
  const search = new DahuaSearch(by)
  const { heartbeatS, silentBeats, attach, allowBasic } = profile
  const dialect: DoorDialect = {
    memory: 'dahua',
    askClock: (client, signal) => askClockAt(client, CLOCK, signal, (body) => readDahuaTime(body, profile.zone)),
    search: (client, slice, signal) => search.search(client, slice, signal),
    stream: {
      path: `/cgi-bin/eventManager.cgi?action=attach&codes=[${attach.join(',')}]&heartbeat=${heartbeatS}`,
      heartbeatS,
      silentBeats,
      isWhole: isWholeEvent,
      read: (part, receivedMs) => readDahuaPart(part, receivedMs, by),
      lossy: true,
    },
    allowBasic,
  }
  return dialect
}

/** `result=2026-11-24 09:00:00` on the device's wall clock → epoch ms. */
export function readDahuaTime(body: Uint8Array, zone: string): number | undefined {
  const time = /^\s*result=\s*(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})\s*$/m.exec(decodeText(body)?.text ?? '')?.[1]
  return time === undefined ? undefined : readMoment(time, zone)?.ms
}
