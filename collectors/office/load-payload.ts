import { EVENT_TYPES } from '../../contract/catalogue.ts'
import type { Domain } from '../../contract/domains.ts'
import { eventTopic } from '../../contract/topics.ts'
import type { LoadOptions } from './load.ts'

/** What goes out in one publish. `ids` of the well-formed events only. */
export interface LoadMessage {
  topic: string
  payload: string
  ids: string[]
  malformed: number
}

const DEFAULT_TYPES = ['access.granted', 'door.opened', 'door.closed', 'terminal.scan', 'terminal.usb']

/** Broken in different ways: no JSON, a time that is none, no type, another major version. */
const MALFORMED: readonly ((id: string, site: string) => string)[] = [
  () => '{"v":1,"id":"cut-off',
  (id, site) =>
    `{"v":1,"id":"${id}","type":"access.granted","site":"${site}","collector":"probe","observed_at":"gestern"}`,
  (id, site) => `{"v":1,"id":"${id}","site":"${site}","collector":"probe","observed_at":"2026-01-01T00:00:00Z"}`,
  (id, site) =>
    `{"v":2,"id":"${id}","type":"access.granted","site":"${site}","collector":"probe","observed_at":"2026-01-01T00:00:00Z"}`,
]

/** Everything that does not change is serialised once; an event costs a few string additions. */
export function payloadFactory(
  { site, clock, batch = 1, malformedShare = 0, types = DEFAULT_TYPES, run = 0 }: LoadOptions,
  collector: string,
): (size: number) => LoadMessage {
  const groups = groupByDomain(types).map(([domain, names]) => ({
    domain,
    heads: names.map((type) => ({
      topic: eventTopic(site, domain, collector, type),
      rest: `","type":"${type}","site":"${site}","collector":"${collector}","device":"load","object":"`,
      tail: `","data":{"credential":"card","person":"h:7be1a2c39d4f5e60","reader":1},"seq":`,
    })),
  }))
  const prefix = run.toString(16).padStart(8, '0').slice(-8)
  let serial = 0
  let broken = 0

  const envelope = (group: (typeof groups)[number], id: string, stamp: string): string => {
    const head = group.heads[serial % group.heads.length] ?? group.heads[0]
    const object = group.domain === 'access' ? 'door:E1' : `LOAD-${serial % 50}`
    return `{"v":1,"id":"${id}${head?.rest}${object}","observed_at":"${stamp}${head?.tail}${serial}}`
  }

  return (size) => {
    const now = clock.now()
    const stamp = Temporal.Instant.fromEpochMilliseconds(now).toString()
    const time = now.toString(16).padStart(12, '0')
    const group = groups[serial % groups.length] ?? groups[0]
    if (!group) throw new Error('types 为空')
    const message: LoadMessage = { topic: '', payload: '', ids: [], malformed: 0 }
    const bodies: string[] = []
    for (let n = 0; n < size; n += 1) {
      serial += 1
      const id = `${time}-${prefix}${serial.toString(16).padStart(12, '0')}`
      if (Math.floor(serial * malformedShare + 1e-9) > broken) {
        message.malformed += 1
        // Inside a batch the JSON must stay whole: its own kind of damage is left out.
        const kinds = batch > 1 ? MALFORMED.slice(1) : MALFORMED
        broken += 1
        bodies.push((kinds[broken % kinds.length] ?? MALFORMED[1])?.(id, site) ?? '')
      } else {
        bodies.push(envelope(group, id, stamp))
        message.ids.push(id)
      }
    }
    message.topic =
      batch > 1
        ? eventTopic(site, group.domain, collector, 'mixed')
        : (group.heads[serial % group.heads.length]?.topic ?? '')
    message.payload = batch > 1 ? `{"v":1,"batch":[${bodies.join(',')}]}` : (bodies[0] ?? '')
    return message
  }
}

function groupByDomain(types: readonly string[]): [Domain, string[]][] {
  const groups = Map.groupBy(types, (type) => EVENT_TYPES[type]?.domain ?? 'infra')
  return [...groups]
}
