import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue'
import { ApiError } from './api.ts'

export type LoadState = 'loading' | 'ready' | 'refreshing' | 'denied' | 'missing' | 'broken'

export interface Loaded<Data> {
  data: ShallowRef<Data | null>
  state: ShallowRef<LoadState>
  /** What happened and what to do; empty when all is well. */
  problem: ShallowRef<string>
  reload(): Promise<void>
}

/**
 * Loads when `source` changes and on `reload`. The old data stay while new ones come; an answer to an older question is
 * dropped. `everyMs` loads again while the page is open.
 */
export function useLoad<Key, Data>(
  source: () => Key,
  load: (key: Key, signal: AbortSignal) => Promise<Data>,
  everyMs = 0,
): Loaded<Data> {
  const data = shallowRef<Data | null>(null)
  const state = shallowRef<LoadState>('loading')
  const problem = shallowRef('')
  let running: AbortController | null = null

  async function reload(): Promise<void> {
    running?.abort()
    const own = new AbortController()
    running = own
    state.value = data.value === null ? 'loading' : 'refreshing'
    try {
      const loaded = await load(source(), own.signal)
      if (own.signal.aborted) return
      data.value = loaded
      problem.value = ''
      state.value = 'ready'
    } catch (error) {
      if (own.signal.aborted) return
      problem.value = error instanceof Error ? error.message : String(error)
      state.value = stateOf(error)
    }
  }
  watch(source, () => void reload(), { immediate: true })
  const timer = everyMs > 0 ? setInterval(() => void reload(), everyMs) : null
  onScopeDispose(() => {
    running?.abort()
    if (timer) clearInterval(timer)
  })
  return { data, state, problem, reload }
}

const stateOf = (error: unknown): LoadState => {
  if (!(error instanceof ApiError)) return 'broken'
  if (error.status === 403) return 'denied'
  return error.status === 404 ? 'missing' : 'broken'
}
