import { randomUUID } from 'node:crypto'
import type { DigestClient } from '../intake/digest-client.ts'
import { atZone } from '../intake/wall-clock.ts'
import type { Refusal } from '../source.ts'
import { searchEvents } from './acs-search.ts'
import type { DeviceMemory } from './memory.ts'
import { nextCursor, planSlices, type Slice } from './slices.ts'

export interface Poll {
  client: DigestClient
  signal: AbortSignal
  memory: DeviceMemory
  clock: { nowMs: number; skewMs: number }
  reach: { overlapMs: number; backfillMs: number }
  zone: string
  alive(): void
  refuse(refusals: readonly Refusal[]): void
}

/**
 * Everything since the cursor, slice by slice; each slice is on disk before the next is asked for. False: the device
 * broke a search off, the cursor waits there.
 * @throws DeviceError, DigestRefused, HttpError; what the delivery throws
 */
export async function pollOnce({ client, signal, memory, clock, reach, zone, alive, refuse }: Poll): Promise<boolean> {
  for (const slice of planSlices({ ...clock, ...reach, cursorMs: memory.position.cursorMs })) {
    const found = await searchEvents(client, window(slice, zone), randomUUID(), signal)
    alive()
    if (found.refusals.length > 0) refuse(found.refusals)
    await memory.polled(found.rows, (rowsMs) =>
      nextCursor({ ...clock, cursorMs: memory.position.cursorMs }, slice, rowsMs, found.complete),
    )
    if (!found.complete) return false
  }
  return true
}

/** The device knows whole seconds: rounded outwards. */
function window({ fromMs, toMs }: Slice, zone: string): { startTime: string; endTime: string } {
  const whole = (ms: number) => atZone(Math.floor(ms / 1000) * 1000, zone).observedAt
  return { startTime: whole(fromMs), endTime: whole(toMs + 999) }
}
