import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** One search box over everything that the caller may open. */
export const SEARCH_KINDS = ['case', 'petition', 'document', 'alert', 'person', 'terminal', 'door'] as const
export const SearchKind = z.enum(SEARCH_KINDS)
export type SearchKind = z.infer<typeof SearchKind>
export const SEARCH_KIND_WORDS: Readonly<Record<SearchKind, string>> = {
  case: '案件',
  petition: '信访事项',
  document: '文书',
  alert: '告警',
  person: '人员',
  terminal: '终端',
  door: '门禁',
}
/** Of cases, matters (five colours) and alerts (severity) alike; things without a colour have none. */
export const SEARCH_COLOURS = ['red', 'orange', 'yellow', 'blue', 'green'] as const
export const SearchColour = z.enum(SEARCH_COLOURS)
export type SearchColour = z.infer<typeof SearchColour>
export const SEARCH_COLOUR_WORDS: Readonly<Record<SearchColour, string>> = {
  red: '红',
  orange: '橙',
  yellow: '黄',
  blue: '蓝',
  green: '绿',
}
export const SEARCH_STATES = ['open', 'closed'] as const
export const SEARCH_STATE_WORDS = { open: '未办结', closed: '已办结' } as const

/** UTF-16 offsets into the text beside it; in order, not overlapping. Never HTML. */
export const SearchMark = z.object({ start: z.int().min(0), end: z.int().min(1) })
export type SearchMark = z.infer<typeof SearchMark>
export const MarkedText = z.object({ text: z.string(), marks: z.array(SearchMark) })
export type MarkedText = z.infer<typeof MarkedText>

export const SearchHit = z.object({
  kind: SearchKind,
  id: z.string(),
  number: MarkedText.nullable(),
  title: MarkedText,
  /** The place in the text that was found, or the beginning of the text. */
  snippet: MarkedText.nullable(),
  department: z.string().nullable(),
  state: z.enum(SEARCH_STATES).nullable(),
  /** The state in the words of its own list, e.g. 待分案. */
  stateName: z.string().nullable(),
  colour: SearchColour.nullable(),
  /** Epoch ms; null for what has no date (people, terminals, doors). */
  at: z.int().nullable(),
  /** Page below the root. */
  link: z.string(),
  /** Where it was found: the exact number first, then number or name, then the text. */
  found: z.enum(['exact', 'head', 'text']),
})
export type SearchHit = z.infer<typeof SearchHit>

const some = <Word extends string>(words: readonly Word[]) =>
  z
    .string()
    .max(200)
    .optional()
    .transform((text) => (text ? text.split(',') : []) as Word[])
    .refine((chosen) => chosen.every((one) => words.includes(one)), `只能是 ${words.join('、')}，多个用逗号分开`)

export const SearchFilters = z.object({
  /** Words, a part of a number, pinyin or initials, parted by blanks; full width counts as half width. */
  q: z.string().trim().min(1, '请输入要找的内容').max(100),
  kind: some(SEARCH_KINDS),
  colour: some(SEARCH_COLOURS),
  state: some(SEARCH_STATES),
  /** Name as in the list. */
  department: z.string().max(200).optional(),
  /** Days of the office, both included. */
  from: z.iso.date('日期须为 YYYY-MM-DD').optional(),
  to: z.iso.date('日期须为 YYYY-MM-DD').optional(),
})
export type SearchFilters = z.output<typeof SearchFilters>

export const SearchAnswer = page(SearchHit).extend({
  /** By kind, whatever kinds are chosen. Told on the first page; null on the others. */
  counts: z.array(z.object({ kind: SearchKind, count: z.int() })).nullable(),
  /** There are more than were counted: the numbers are lower bounds. */
  more: z.boolean(),
  /** What the typed letters were taken for, of what the caller may open. */
  meant: z.array(z.string()),
  /** A single character is looked for in names and numbers only. */
  single: z.boolean(),
  /** The index is being made anew: not everything is found yet. */
  rebuilding: z.boolean(),
})
export type SearchAnswer = z.infer<typeof SearchAnswer>

export const RebuildState = z.object({
  state: z.enum(['idle', 'running', 'cancelled', 'failed']),
  startedAt: z.int().nullable(),
  endedAt: z.int().nullable(),
  done: z.int(),
  /** Null until counted. */
  total: z.int().nullable(),
  problem: z.string().nullable(),
})
export type RebuildState = z.infer<typeof RebuildState>
export const SearchState = z.object({
  records: z.int(),
  /** Changes that are not in the index yet; such records are not found until then. */
  waiting: z.int(),
  rebuild: RebuildState,
})

export const searchRoutes = {
  search: route({
    id: 'search',
    method: 'GET',
    path: '/sharing/search',
    tag: 'sharing',
    permission: 'search.use',
    summary: '检索案件、信访事项、文书、告警、人员、终端、门禁；只查得到本人有权打开的，件数与高亮亦然',
    query: PageQuery.extend({
      ...SearchFilters.shape,
      limit: z.coerce.number().int().min(1).max(1000).default(20),
    }),
    answer: SearchAnswer,
  }),
  state: route({
    id: 'searchState',
    method: 'GET',
    path: '/sharing/search/state',
    tag: 'sharing',
    permission: 'system.manage',
    summary: '检索索引：条数、待编入的变化、重建进度',
    answer: SearchState,
  }),
  rebuild: route({
    id: 'rebuildSearch',
    method: 'POST',
    path: '/sharing/search/rebuild',
    tag: 'sharing',
    permission: 'system.manage',
    summary: '重建检索索引；期间照常可查',
    answer: RebuildState,
  }),
  cancel: route({
    id: 'cancelSearchRebuild',
    method: 'POST',
    path: '/sharing/search/rebuild/cancel',
    tag: 'sharing',
    permission: 'system.manage',
    summary: '停止重建；已编入的保留',
    answer: RebuildState,
  }),
}
