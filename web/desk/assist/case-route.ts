import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { Place } from '../../../contract/http/assist-reading.ts'

/** What the page of a case shows stands in its address: view, filters, and the place that is open beside. */
export const VIEWS = {
  contradictions: '矛盾点',
  timeline: '时间线',
  facts: '人物与事实',
  outline: '目录',
  drafts: '文书初稿',
  similar: '类案参考',
  exhibits: '举证清单',
  files: '卷宗文件',
} as const
export type View = keyof typeof VIEWS
export interface Opened {
  file: string
  start: number
  end: number
}
const isView = (text: unknown): text is View => typeof text === 'string' && text in VIEWS

export function useCaseRoute() {
  const route = useRoute()
  const router = useRouter()
  const caseId = computed(() => (typeof route.params.case === 'string' && route.params.case ? route.params.case : null))
  const view = computed<View>(() => (isView(route.query.view) ? route.query.view : 'contradictions'))
  const filter = (name: string) => computed(() => String(route.query[name] ?? ''))
  const opened = computed(() => openedOf(String(route.query.at ?? '')))
  const change = (query: Record<string, string | undefined>) => router.replace({ query: { ...route.query, ...query } })
  return {
    caseId,
    view,
    filter,
    opened,
    change,
    open: (place: Pick<Place, 'file' | 'start' | 'end'>) => change({ at: atOf(place) }),
    close: () => change({ at: undefined }),
    choose: (id: string) => router.replace({ path: `/desk/assist/${encodeURIComponent(id)}`, query: {} }),
  }
}
export const atOf = ({ file, start, end }: Opened): string => `${file}~${start}~${end}`
export function openedOf(text: string): Opened | null {
  const [, file = '', start, end] = /^([^~]{1,64})~(\d{1,9})~(\d{1,9})$/.exec(text) ?? []
  const [from, to] = [Number(start), Number(end)]
  return file !== '' && from <= to ? { file, start: from, end: to } : null
}
