import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { drawRoutes } from '../../../contract/http/draws.ts'
import { reviewRoutes } from '../../../contract/http/reviews.ts'
import { call } from '../api.ts'

/** From a case to its draw and to its review; looked up when asked for, not with every case that is opened. */
export function useCaseLinks() {
  const router = useRouter()
  const said = ref('')
  const go = async (find: () => Promise<string | null>, none: string): Promise<void> => {
    said.value = '正在查找…'
    try {
      const path = await find()
      said.value = path ? '' : none
      if (path) await router.push(path)
    } catch (error) {
      said.value = error instanceof Error ? error.message : String(error)
    }
  }
  return {
    said,
    draw: (caseId: string) =>
      go(async () => {
        const [found] = (await call(drawRoutes.list, { query: { limit: 1, caseId } })).items
        return found ? `/desk/draws/${encodeURIComponent(found.drawId)}` : null
      }, '本案没有抽签记录'),
    review: (caseId: string) =>
      go(async () => {
        const [found] = (await call(reviewRoutes.list, { query: { limit: 1, caseId } })).items
        return found ? `/desk/reviews/${encodeURIComponent(found.id)}` : null
      }, '本案尚未进入检查评查'),
  }
}
