import { ref } from 'vue'
import { ApiError } from '../api.ts'

/** One act at a time; what went wrong in words. A conflict is told apart: somebody else was first, the draft stays. */
export function useAct() {
  const busy = ref(false)
  const problem = ref('')
  const conflict = ref(false)
  async function act(run: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = ''
    conflict.value = false
    try {
      await run()
      return true
    } catch (error) {
      conflict.value = error instanceof ApiError && error.status === 409
      problem.value = wordsOf(error)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, conflict, act }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const fields = error.errors.map(({ message }) => message)
  return fields.length > 0 ? `${error.message}（${[...new Set(fields)].join('；')}）` : error.message
}
