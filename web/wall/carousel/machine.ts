/**
 * The carousel as a pure machine. It is driven by the time that has passed, never by a count of ticks: whoever calls
 * `beat`, however late, brings it to where it has to be. Times are epoch ms, durations ms.
 */
export interface Carousel {
  page: number
  /** Of the page that is shown. */
  leftMs: number
  /** When somebody paused it; null = it runs. */
  pausedAt: number | null
  /** A page that stays until somebody lets it go. */
  pinned: boolean
  /** A red alert has taken the wall: where to go on, and for how long. */
  interrupted: { page: number; leftMs: number } | null
  beatAt: number
  /** How often it had stood still and went on. */
  stalls: number
  note: { text: string; at: number } | null
}
export interface Beat {
  now: number
  pages: number
  dwellMs: number
  /** A red alert is unacknowledged. */
  red: boolean
  /** The wall is frozen or plays the past: nothing turns. */
  held: boolean
}

/** Beats come twice a second; a longer silence means that timers stood still. */
export const STALL_MS = 5000
/** A pause that was forgotten ends by itself. */
export const PAUSE_MS = 15 * 60_000
/** So long a note stays to be read. */
export const NOTE_MS = 60_000

export const begin = (now: number, dwellMs: number): Carousel => ({
  ...{ page: 0, leftMs: dwellMs, pausedAt: null, pinned: false, interrupted: null },
  ...{ beatAt: now, stalls: 0, note: null },
})

export function beat(state: Carousel, { now, pages, dwellMs, red, held }: Beat): Carousel {
  const passed = Math.max(0, now - state.beatAt)
  let next: Carousel = { ...state, beatAt: now }
  if (passed >= STALL_MS)
    next = said({ ...next, stalls: next.stalls + 1 }, now, `轮播停顿 ${Math.round(passed / 1000)} 秒，已恢复`)
  else if (next.note && now - next.note.at >= NOTE_MS) next.note = null
  if (next.pausedAt !== null && now - next.pausedAt >= PAUSE_MS)
    next = said({ ...next, pausedAt: null }, now, '暂停满 15 分钟，已继续轮播')
  if (red && !next.interrupted)
    return { ...next, interrupted: { page: next.page, leftMs: next.leftMs }, page: 0, leftMs: dwellMs }
  if (!red && next.interrupted)
    return said({ ...next, ...next.interrupted, interrupted: null }, now, '紧急告警已确认，回到原页')
  if (red || held || next.pinned || next.pausedAt !== null) return next
  const leftMs = Math.min(next.leftMs, dwellMs) - passed
  if (leftMs > 0) return { ...next, leftMs }
  // However long it stood still, it turns once: nobody is shown pages in a blur.
  return { ...next, page: (next.page + 1) % Math.max(1, pages), leftMs: dwellMs }
}

export const pause = (state: Carousel, now: number): Carousel => ({
  ...state,
  pausedAt: state.pausedAt === null ? now : null,
})
export const step = (state: Carousel, by: 1 | -1, { pages, dwellMs }: Pick<Beat, 'pages' | 'dwellMs'>): Carousel =>
  state.interrupted
    ? state
    : { ...state, pinned: false, page: (state.page + by + pages) % Math.max(1, pages), leftMs: dwellMs }
/** The same number again lets the page go. */
export function pin(state: Carousel, page: number, { pages, dwellMs }: Pick<Beat, 'pages' | 'dwellMs'>): Carousel {
  if (state.interrupted || page < 0 || page >= pages) return state
  const again = state.pinned && state.page === page
  return { ...state, pinned: !again, page, leftMs: dwellMs }
}
export const said = (state: Carousel, at: number, text: string): Carousel => ({ ...state, note: { text, at } })

/** What the wall says of it. */
export function words(state: Carousel, pages: number, held: boolean): string {
  const place = `轮播 ${state.page + 1}/${pages}`
  if (state.interrupted) return `${place} · 紧急告警置顶，确认后回到第 ${state.interrupted.page + 1} 页`
  if (held) return `${place} · 定格中，不换页`
  if (state.pinned) return `${place} · 已固定本页`
  if (state.pausedAt !== null) return `${place} · 已暂停，空格继续`
  return `${place} · ${Math.max(0, Math.ceil(state.leftMs / 1000))} 秒后换页`
}
