/** One search window on the device's clock, epoch ms. */
export interface Slice {
  fromMs: number
  toMs: number
  /** The one that ends now: later events may still fall into it. */
  last: boolean
}

export const MAX_SLICE_MS = 3_600_000
/** The device rounds to whole seconds and may run a little ahead. */
const AHEAD_MS = 5000

/**
 * `[cursor − overlap, now]` in slices of at most an hour; without a cursor from `backfillMs` ago.
 * `skewMs`: how far the device's clock is ahead of ours, so that a wrong clock loses nothing.
 */
export function planSlices(by: {
  cursorMs: number | undefined
  nowMs: number
  skewMs: number
  overlapMs: number
  backfillMs: number
}): Slice[] {
  const end = Math.max(by.nowMs, by.nowMs + by.skewMs) + AHEAD_MS
  const back = by.cursorMs === undefined ? deviceNow(by) - by.backfillMs : by.cursorMs
  const start = Math.min(back, deviceNow(by)) - by.overlapMs
  const slices: Slice[] = []
  for (let from = start; from < end; from += MAX_SLICE_MS) {
    const to = Math.min(from + MAX_SLICE_MS, end)
    slices.push({ fromMs: from, toMs: to, last: to === end })
  }
  return slices
}

/**
 * Where polling goes on after a slice that was read: behind a past slice; in the running one at its newest row, or at
 * its end when it was empty. Never back, never beyond the earlier of the two clocks.
 */
export function nextCursor(
  by: { cursorMs: number | undefined; nowMs: number; skewMs: number },
  slice: Slice,
  rowsMs: readonly number[],
  complete: boolean,
): number | undefined {
  const newest = rowsMs.reduce((high, ms) => Math.max(high, ms), Number.NEGATIVE_INFINITY)
  const empty = rowsMs.length === 0
  if (empty && !complete) return by.cursorMs
  const reached = !complete || (slice.last && !empty) ? newest : slice.toMs
  return Math.max(by.cursorMs ?? Number.NEGATIVE_INFINITY, Math.min(reached, deviceNow(by)))
}

const deviceNow = (by: { nowMs: number; skewMs: number }): number => Math.min(by.nowMs, by.nowMs + by.skewMs)
