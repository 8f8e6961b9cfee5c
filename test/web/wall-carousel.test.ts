import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref } from 'vue'
import { parse } from 'yaml'
import wallYaml from '../../config/screens/wall.yaml?raw'
import {
  type Beat,
  beat,
  begin,
  type Carousel,
  PAUSE_MS,
  pause,
  pin,
  STALL_MS,
  step,
  words,
} from '../../web/wall/carousel/machine.ts'
import { useCarousel } from '../../web/wall/carousel/use-carousel.ts'
import { arrange, CAROUSELS, SCREENS } from '../../web/wall/layout.ts'

const about = (over: Partial<Beat> = {}): Beat => ({
  now: 0,
  pages: 3,
  dwellMs: 10_000,
  red: false,
  held: false,
  ...over,
})
/** Beats twice a second over so many seconds. */
function run(state: Carousel, seconds: number, over: Partial<Beat> = {}): Carousel {
  let next = state
  for (let n = 0; n < seconds * 2; n++) next = beat(next, about({ ...over, now: next.beatAt + 500 }))
  return next
}

describe('the carousel', () => {
  it('shows each page for its dwell, round and round', () => {
    const start = begin(0, 10_000)
    expect([0, 9, 10, 19, 20, 29, 30].map((seconds) => run(start, seconds).page)).toEqual([0, 0, 1, 1, 2, 2, 0])
  })
  it('turns however late it is called, once, and says that it had stood still', () => {
    const late = beat(run(begin(0, 10_000), 4), about({ now: 4000 + 95_000 }))
    expect(late).toMatchObject({ page: 1, leftMs: 10_000, stalls: 1 })
    expect(late.note?.text).toBe('轮播停顿 95 秒，已恢复')
    expect(run(late, 61).note).toBeNull()
  })
  it('gives way to red and comes back to the same page with the same time left', () => {
    const before = run(begin(0, 10_000), 14)
    const red = run(before, 30, { red: true })
    expect(red).toMatchObject({ page: 0, interrupted: { page: 1 } })
    const after = run(red, 0.5)
    expect(after).toMatchObject({ page: 1, interrupted: null, leftMs: before.leftMs })
    expect(words(red, 3, false)).toContain('确认后回到第 2 页')
  })
  it('pauses, pins and steps; a forgotten pause ends by itself', () => {
    const paused = pause(run(begin(0, 10_000), 3), 3000)
    expect(run(paused, 60).page).toBe(0)
    expect(words(run(paused, 5), 3, false)).toContain('已暂停')
    const again = run(paused, PAUSE_MS / 1000 + 15)
    expect(again.pausedAt).toBeNull()
    expect(again.page).toBeGreaterThan(0)
    const pinned = pin(begin(0, 10_000), 2, about())
    expect(run(pinned, 600)).toMatchObject({ page: 2, pinned: true })
    expect(run(pin(pinned, 2, about()), 11).page).toBe(0)
    expect(pin(begin(0, 10_000), 5, about()).pinned).toBe(false)
    expect(step(begin(0, 10_000), -1, about())).toMatchObject({ page: 2, leftMs: 10_000 })
  })
  it('never stops in silence: whatever happens, it turns, or says why it does not', () => {
    const happening = fc.oneof(
      fc.record({ what: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 200_000 }) }),
      fc.record({ what: fc.constantFrom('pause', 'left', 'right', 'pin', 'red', 'calm', 'hold', 'go') }),
    )
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), fc.integer({ min: 2, max: 9 }), (all, pages) => {
        let state = begin(0, 10_000)
        let [red, held] = [false, false]
        for (const one of all) {
          const now = state.beatAt
          if (one.what === 'time') state = beat(state, about({ now: now + one.ms, pages, red, held }))
          if (one.what === 'pause') state = pause(state, now)
          if (one.what === 'left' || one.what === 'right')
            state = step(state, one.what === 'left' ? -1 : 1, about({ pages }))
          if (one.what === 'pin') state = pin(state, 1, about({ pages }))
          if (one.what === 'red' || one.what === 'calm') red = one.what === 'red'
          if (one.what === 'hold' || one.what === 'go') held = one.what === 'hold'
          expect(state.page).toBeGreaterThanOrEqual(0)
          expect(state.page).toBeLessThan(pages)
        }
        // Two rounds of the dwell later it has turned, unless its words say why not.
        const settled = beat(state, about({ now: state.beatAt + 1, pages, red, held }))
        const later = run(settled, 21, { pages, red, held })
        const says = words(later, pages, held)
        expect(later.page !== settled.page || pages === 2 || /置顶|定格|固定|暂停/.test(says)).toBe(true)
        expect(/秒后换页/.test(says)).toBe(!/置顶|定格|固定|暂停/.test(says))
      }),
    )
  })
})

describe('its heart', () => {
  const clock = ref(0)
  const red = ref(false)
  let page: EventTarget & { visibilityState: string }
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 })
    page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
    vi.stubGlobal('document', page)
    vi.stubGlobal('window', new EventTarget())
    clock.value = 0
    red.value = false
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  const open = () => {
    const scope = effectScope()
    const made = scope.run(() =>
      useCarousel({
        pages: () => ['a', 'b', 'c'],
        dwellMs: () => 10_000,
        red: () => red.value,
        held: () => false,
        now: () => Date.now(),
        clock: () => clock.value,
        on: true,
      }),
    )
    if (!made) throw new Error('no scope')
    return { ...made, close: () => scope.stop() }
  }

  it('beats twice a second and turns', () => {
    const one = open()
    vi.advanceTimersByTime(10_000)
    expect(one.beats.value).toBe(20)
    expect(one.page.value).toBe('b')
    one.close()
    expect(vi.getTimerCount()).toBe(0)
  })
  it('whose timer has died is started again by the other clock, which says so', async () => {
    const one = open()
    vi.clearAllTimers()
    vi.setSystemTime(30_000)
    clock.value = 30_000
    await Promise.resolve()
    expect(one.page.value).toBe('b')
    expect(one.state.value?.note?.text).toBe('轮播计时停摆 30 秒，已重新启动')
    vi.advanceTimersByTime(10_000)
    expect(one.page.value).toBe('c')
    one.close()
  })
  it('of a hidden page goes on the moment it is seen again', () => {
    const one = open()
    vi.clearAllTimers()
    page.visibilityState = 'hidden'
    vi.setSystemTime(300_000)
    page.dispatchEvent(new Event('visibilitychange'))
    expect(one.page.value).toBe('a')
    page.visibilityState = 'visible'
    page.dispatchEvent(new Event('visibilitychange'))
    expect(one.page.value).toBe('b')
    expect(one.state.value).toMatchObject({ stalls: 1 })
    one.close()
  })
  it('gives the wall to a red alert in the very same moment', () => {
    const one = open()
    vi.advanceTimersByTime(12_000)
    expect(one.page.value).toBe('b')
    red.value = true
    expect(one.page.value).toBe('a')
    red.value = false
    expect(one.page.value).toBe('b')
    one.close()
  })
  it('can be switched off and on, paused and pinned by hand', () => {
    const one = open()
    one.pin(2)
    vi.advanceTimersByTime(60_000)
    expect(one.page.value).toBe('c')
    one.toggle()
    expect(one.state.value).toBeNull()
    expect(vi.getTimerCount()).toBe(0)
    one.pause()
    expect(one.words.value).toContain('10 秒后换页')
    one.close()
  })
  it('counts a stall only when there was one', () => {
    expect(run(begin(0, 10_000), 600).stalls).toBe(0)
    expect(beat(begin(0, 10_000), about({ now: STALL_MS - 1 })).stalls).toBe(0)
  })
})

describe('its pages', () => {
  it('are configured as they are built in, exist, and begin with the one that red comes back to', () => {
    expect(parse(wallYaml).carousel).toEqual(CAROUSELS)
    for (const { of, pages } of CAROUSELS) {
      expect(pages[0]).toBe(of)
      for (const name of pages) expect(SCREENS.some((screen) => screen.name === name)).toBe(true)
      const first = SCREENS.find(({ name }) => name === of)
      if (first) expect(arrange(first, { pinned: true, frozen: false }).pin).not.toBeNull()
    }
  })
})
