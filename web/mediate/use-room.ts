import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'
import { type MediateView, mediateRoutes } from '../../contract/http/mediate.ts'
import { ApiError, call } from '../desk/api.ts'

const EVERY_MS = 3000

/** The party's own room, asked for every three seconds while the page is looked at; only new words travel. */
export function useRoom() {
  const view = shallowRef<MediateView | null>(null)
  const state = ref<'loading' | 'outside' | 'ready' | 'stale'>('loading')
  const problem = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false

  async function reload(): Promise<void> {
    clearTimeout(timer)
    try {
      const before = view.value?.messages ?? []
      const next = await call(mediateRoutes.room, { query: { after: before.at(-1)?.seq ?? 0 } })
      const known = new Set(before.map(({ seq }) => seq))
      view.value = { ...next, messages: [...before, ...next.messages.filter(({ seq }) => !known.has(seq))] }
      state.value = 'ready'
      problem.value = ''
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        view.value = null
        state.value = 'outside'
      } else {
        state.value = view.value ? 'stale' : 'loading'
        problem.value = error instanceof Error ? error.message : String(error)
      }
    }
    if (!over && state.value !== 'outside') timer = setTimeout(tick, EVERY_MS)
  }
  /** Nobody looks: nothing is asked for. */
  function tick(): void {
    if (document.hidden) timer = setTimeout(tick, EVERY_MS)
    else void reload()
  }
  onBeforeUnmount(() => {
    over = true
    clearTimeout(timer)
  })
  void reload()
  return { view: computed(() => view.value), state, problem, reload }
}
