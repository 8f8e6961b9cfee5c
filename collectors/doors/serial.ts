/**
 * Serial numbers rise per device and fall only after a factory reset; the epoch counts the resets (protocols.md 2.1).
 * Rows are polled again and again (overlap), so a small number alone says nothing: it must come with a later time.
 */
export interface SerialState {
  /** Resets seen so far, each with the time of the first row after it. */
  resets: { atMs: number; before: number }[]
  /** Highest serial of the running epoch (0 = none yet), and the latest time seen in it: a clock set back is no reset. */
  last: number
  lastMs: number
}

export const freshSerials = (): SerialState => ({ resets: [], last: 0, lastMs: 0 })

export type SerialVerdict = { epoch: number; state: SerialState; reset?: { from: number; to: number } }

/** Rows of two doors may change places by a few numbers within a few seconds; a reset is more than that. */
const SWAP_MS = 5000
const SWAP_COUNT = 64

/** To which epoch does this row belong, and is it the first after a reset? */
export function placeSerial(state: SerialState, serialNo: number, ms: number): SerialVerdict {
  const epoch = epochOf(state, ms)
  if (epoch < state.resets.length) return { epoch, state }
  const later = ms - state.lastMs
  const fell = state.last > 0 && serialNo < state.last && later > 0
  if (fell && (later > SWAP_MS || state.last - serialNo > SWAP_COUNT)) {
    const resets = [...state.resets, { atMs: ms, before: state.last }]
    return {
      epoch: resets.length,
      state: { resets, last: serialNo, lastMs: ms },
      reset: { from: state.last, to: serialNo },
    }
  }
  if (serialNo <= state.last) return { epoch, state }
  return { epoch, state: { ...state, last: serialNo, lastMs: Math.max(state.lastMs, ms) } }
}

/** A row from before a reset, polled again, keeps its old epoch. A factory reset takes longer than a second. */
const epochOf = ({ resets }: SerialState, ms: number): number => resets.filter(({ atMs }) => ms >= atMs).length

/**
 * The ring memory ran over: the oldest row of a window that reaches back before our last row is newer than last + 1.
 * `known` = highest serial already polled in this epoch; `serials` of one window and epoch.
 */
export function findGap(known: number, serials: readonly number[]): { from: number; to: number } | undefined {
  if (known === 0 || serials.length === 0) return undefined
  const first = serials.reduce((low, one) => Math.min(low, one))
  return first > known + 1 ? { from: known + 1, to: first - 1 } : undefined
}
