import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { beat, begin, type Carousel, pause, pin, said, step, words } from './machine.ts'

export interface CarouselSource {
  /** Screens in order; fewer than two = there is nothing to turn. */
  pages(): readonly string[]
  dwellMs(): number
  red(): boolean
  held(): boolean
  /** Epoch ms. */
  now(): number
  /** Changes once a second by a timer that is not ours: the second heart. */
  clock(): number
  /** On from the start. */
  on: boolean
}

const BEAT_MS = 500
/** So long without a beat of our own timer, and the second heart takes over and starts it anew. */
const DEAD_MS = 3000

/**
 * Turns the pages of a wall. Two timers that do not know each other and the page's own return to sight all call the
 * same `beat`; each finds out whether the other has died, starts it again and says so.
 */
export function useCarousel(source: CarouselSource) {
  const state = shallowRef<Carousel | null>(null)
  const beats = shallowRef(0)
  let timer: ReturnType<typeof setInterval> | undefined
  let ownBeatAt = 0

  const about = () => ({
    now: source.now(),
    pages: source.pages().length,
    dwellMs: source.dwellMs(),
    red: source.red(),
    held: source.held(),
  })
  function beatNow(): void {
    if (!state.value || source.pages().length < 2) return
    state.value = beat(state.value, about())
    beats.value += 1
  }
  function arm(): void {
    clearInterval(timer)
    ownBeatAt = source.now()
    timer = setInterval(() => {
      ownBeatAt = source.now()
      beatNow()
    }, BEAT_MS)
  }
  /** Whatever wakes us looks after the timer first. */
  function look(): void {
    if (!state.value) return
    const silent = source.now() - ownBeatAt
    beatNow()
    if (silent < DEAD_MS) return
    arm()
    if (state.value)
      state.value = said(state.value, source.now(), `轮播计时停摆 ${Math.round(silent / 1000)} 秒，已重新启动`)
  }
  const seen = () => {
    if (document.visibilityState === 'visible') look()
  }
  watch(source.clock, look)
  // At once, in the same frame as the alert: its receipt says that it is on the glass.
  watch(source.red, beatNow, { flush: 'sync' })
  document.addEventListener('visibilitychange', seen)
  window.addEventListener('pageshow', seen)
  window.addEventListener('focus', seen)

  function start(): void {
    state.value = begin(source.now(), source.dwellMs())
    arm()
  }
  function stop(): void {
    clearInterval(timer)
    state.value = null
  }
  onScopeDispose(() => {
    stop()
    document.removeEventListener('visibilitychange', seen)
    window.removeEventListener('pageshow', seen)
    window.removeEventListener('focus', seen)
  })
  if (source.on) start()

  const change = (act: (state: Carousel) => Carousel) => {
    if (state.value && !source.held()) state.value = act(state.value)
  }
  return {
    state,
    beats,
    page: computed(() => (state.value ? source.pages()[state.value.page] : undefined)),
    words: computed(() => (state.value ? words(state.value, source.pages().length, source.held()) : '')),
    toggle: () => (state.value ? stop() : start()),
    pause: () => (state.value ? change((one) => pause(one, source.now())) : start()),
    step: (by: 1 | -1) => change((one) => step(one, by, about())),
    pin: (page: number) => change((one) => pin(one, page, about())),
  }
}
