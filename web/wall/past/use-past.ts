import { onBeforeUnmount, onMounted, type ShallowRef, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { PAST_REFUSALS, type PastRefusal } from '../../../contract/past.ts'
import type { PastDesk } from '../../live/client.ts'
import { useClock } from '../../live/clock.ts'
import { useLive } from '../../live/store.ts'
import { agreed, entriesOf } from './frozen.ts'
import { Player, type PlayState, SPEEDS, type Stretch, TICK_MS } from './player.ts'
import { iso, readAddress } from './stretch.ts'

/** What the scrubber shows. */
export interface Playing extends Stretch {
  at: number
  speed: number
  state: PlayState
  paused: boolean
  problem: string
}
/** Without an address R plays so much. */
const LAST_MS = 3_600_000
const STEP_MS = 10_000
const ASK_AGAIN_MS = 2000
const BIG_STEP_MS = 60_000

/** Freeze and replay of the whole wall; the address says where it stands, so that a view can be saved and shown again. */
export function usePast(past: PastDesk) {
  const live = useLive()
  const clock = useClock()
  const route = useRoute()
  const router = useRouter()
  const playing: ShallowRef<Playing | null> = shallowRef(null)
  let player: Player | null = null
  let timer: ReturnType<typeof setInterval> | null = null

  function address(query: Record<string, string>): void {
    const { at, from, to, speed, ...rest } = route.query
    void router.replace({ query: { ...rest, ...query }, hash: route.hash })
  }

  /** F: shown at once as this screen has it, then as the server's records have it: the same on every screen. */
  async function freeze(at = clock.read()): Promise<void> {
    if (live.frozen && !live.frozen.replay) return
    stop()
    live.freeze()
    const panels = live.frozen?.panels ?? new Map()
    live.show({ at, panels, kept: 'asking' })
    address({ at: iso(at) })
    await agree(at)
  }

  /** Asks on while the wall stands at this instant: a busy server or a line that was cut is no last word. */
  async function agree(at: number): Promise<void> {
    for (;;) {
      const answer = await past.wallAt(at)
      const frozen = live.frozen
      if (frozen?.at !== at || frozen.replay) return
      live.show(agreed(frozen, answer))
      if (!('refused' in answer) || answer.refused === 'not-recorded') return
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
    }
  }

  /** Back to the living data. */
  function goOn(): void {
    stop()
    live.thaw()
    address({})
  }

  function publish(): void {
    if (!player) return
    const { stretch, at, speed, state, paused, problem } = player
    playing.value = { ...stretch, at, speed, state, paused, problem: PAST_REFUSALS[problem as PastRefusal] ?? problem }
  }

  function replay(stretch: Stretch, speed = 60, from = stretch.from): void {
    stop()
    const own = new Player(stretch, {
      past,
      show: (at, panels) => {
        if (player !== own) return
        live.show({ at, panels: entriesOf([...panels]), replay: true, kept: 'server' })
        publish()
      },
    })
    own.speed = speed
    player = own
    live.show({ at: from, panels: new Map(), replay: true, kept: 'asking' })
    address({ from: iso(stretch.from), to: iso(stretch.to), speed: String(speed) })
    publish()
    void own.seek(from).then(publish)
    let last = clock.read()
    timer = setInterval(() => {
      const now = clock.read()
      own.tick(Math.min(now - last, 4 * TICK_MS))
      last = now
      publish()
    }, TICK_MS)
  }

  function stop(): void {
    if (timer) clearInterval(timer)
    timer = null
    player = null
    playing.value = null
  }

  function seek(at: number): void {
    void player?.seek(at).then(publish)
    publish()
  }
  function faster(by: 1 | -1): void {
    if (!player) return
    const nearest = SPEEDS.findLastIndex((speed) => speed <= (player?.speed ?? 60))
    setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, nearest + by))] ?? 60)
  }
  function setSpeed(speed: number): void {
    if (!player) return
    player.speed = speed
    // What has been read ahead was thinned for another speed.
    seek(player.at)
    address({ from: iso(player.stretch.from), to: iso(player.stretch.to), speed: String(speed) })
  }
  function toggle(): void {
    if (!player) return
    if (player.paused || player.state === 'ended') player.play()
    else player.pause()
    publish()
  }

  const KEYS: Record<string, (shift: boolean) => void> = {
    ' ': toggle,
    arrowleft: (shift) => player && seek(player.at - (shift ? BIG_STEP_MS : STEP_MS)),
    arrowright: (shift) => player && seek(player.at + (shift ? BIG_STEP_MS : STEP_MS)),
    arrowup: () => faster(1),
    arrowdown: () => faster(-1),
    f: goOn,
    r: goOn,
    escape: goOn,
  }
  /** Ahead of the wall's other keys, and only while a replay runs: then the arrows are its own. */
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const key = event.key.toLowerCase()
    const act = player ? KEYS[key] : live.frozen && key === 'escape' ? goOn : undefined
    if (act) {
      act(event.shiftKey)
      event.stopImmediatePropagation()
      event.preventDefault()
    } else if (!player && key === 'r' && !event.repeat) {
      const to = live.frozen?.at ?? clock.read()
      replay({ from: to - LAST_MS, to })
    }
  }
  onMounted(() => window.addEventListener('keydown', onKey, { capture: true }))
  onBeforeUnmount(() => {
    window.removeEventListener('keydown', onKey, { capture: true })
    stop()
  })
  // The address speaks once the server's clock is known.
  const unwatch = watch(
    () => live.connection.state === 'connected',
    (connected) => {
      if (!connected) return
      queueMicrotask(() => unwatch())
      const asked = readAddress(route.query)
      if (asked.replay) replay(asked.replay, asked.speed, asked.at ?? asked.replay.from)
      else if (asked.at !== null) void freeze(asked.at)
    },
    { immediate: true },
  )
  return { playing, freeze, goOn, replay, seek, setSpeed, toggle }
}
export type PastControl = ReturnType<typeof usePast>
