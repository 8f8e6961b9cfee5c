import type { Refusal } from '../source.ts'
import type { DeviceClient, DoorDialect } from './dialect.ts'
import type { DeviceMemory } from './memory.ts'
import { nextCursor, planSlices } from './slices.ts'

export interface Poll {
  dialect: DoorDialect
  client: DeviceClient
  signal: AbortSignal
  memory: DeviceMemory
  clock: { nowMs: number; skewMs: number }
  reach: { overlapMs: number; backfillMs: number }
  alive(): void
  refuse(refusals: readonly Refusal[]): void
}

/**
 * Everything since the cursor, slice by slice; each slice is on disk before the next is asked for. False: the device
 * broke a search off, the cursor waits there.
 * @throws DeviceError, DigestRefused, HttpError; what the delivery throws
 */
export async function pollOnce({
  dialect,
  client,
  signal,
  memory,
  clock,
  reach,
  alive,
  refuse,
}: Poll): Promise<boolean> {
  for (const slice of planSlices({ ...clock, ...reach, cursorMs: memory.position.cursorMs })) {
    const found = await dialect.search(client, slice, signal)
    alive()
    if (found.refusals.length > 0) refuse(found.refusals)
    await memory.polled(found.rows, (rowsMs) =>
      nextCursor({ ...clock, cursorMs: memory.position.cursorMs }, slice, rowsMs, found.complete),
    )
    if (!found.complete) return false
  }
  return true
}
