import { randomUUID } from 'node:crypto'
import { atZone } from '../intake/wall-clock.ts'
import { searchEvents } from './acs-search.ts'
import { readAlert } from './alert.ts'
import { askClockAt } from './answer.ts'
import { readDeviceTime, SYSTEM_TIME } from './clock-check.ts'
import type { DoorDialect } from './dialect.ts'
import type { HikvisionProfile } from './profile.ts'
import type { Slice } from './slices.ts'

export const ALERT_STREAM = '/ISAPI/Event/notification/alertStream'

/** Hikvision ISAPI (protocols.md 2.1): `AcsEvent` and `alertStream`; what the stream misses, a poll finds. */
export const isapiDialect = ({ zone, heartbeatS, silentBeats }: HikvisionProfile): DoorDialect => ({
  memory: 'hik',
  askClock: (client, signal) => askClockAt(client, SYSTEM_TIME, signal, (body) => readDeviceTime(body, zone)),
  search: (client, slice, signal) => searchEvents(client, window(slice, zone), randomUUID(), signal),
  stream: { path: ALERT_STREAM, heartbeatS, silentBeats, read: readAlert, lossy: false },
})

/** The device knows whole seconds: rounded outwards. */
function window({ fromMs, toMs }: Slice, zone: string): { startTime: string; endTime: string } {
  const whole = (ms: number) => atZone(Math.floor(ms / 1000) * 1000, zone).observedAt
  return { startTime: whole(fromMs), endTime: whole(toMs + 999) }
}
