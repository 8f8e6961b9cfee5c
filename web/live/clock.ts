import { defineStore } from 'pinia'
import { ref } from 'vue'

/**
 * The only clock of the browser: the server's. The offset is set at each hello; one ref ticks with the full second and
 * all ages hang on it, so a screen full of ages costs one timer.
 */
export const useClock = defineStore('clock', () => {
  /** Server time, epoch ms, as of the last tick. */
  const now = ref(Date.now())
  let offset = 0
  let fixed: number | null = null
  let timer: ReturnType<typeof setTimeout> | null = null

  const read = (): number => fixed ?? Date.now() + offset

  function tick(): void {
    now.value = read()
    timer = setTimeout(tick, 1000 - (now.value % 1000))
  }
  function start(): void {
    if (timer === null && fixed === null) tick()
  }
  function stop(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  function sync(serverTime: number): void {
    offset = serverTime - Date.now()
    now.value = read()
  }
  /** Photographs only: the clock stands. */
  function hold(at: number): void {
    stop()
    fixed = at
    now.value = at
  }
  return { now, read, start, stop, sync, hold }
})
