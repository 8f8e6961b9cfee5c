import { z } from 'zod'
import { Brief } from '../brief/brief.ts'
import { PastSpan } from '../past.ts'
import { route } from './route.ts'

/** Briefs of an instant of the wall. Times are epoch ms; `at` left out = now. */
const Instant = z.coerce.number().int().min(0)

export const BRIEF_FORMATS = { docx: 'Word', pdf: 'PDF', xlsx: 'Excel' } as const
export type BriefFormat = keyof typeof BRIEF_FORMATS
export const BriefFormat = z.enum(Object.keys(BRIEF_FORMATS) as [BriefFormat, ...BriefFormat[]])

export const briefRoutes = {
  brief: route({
    id: 'readBrief',
    method: 'GET',
    path: '/wall/brief',
    summary: '某一时刻的大屏简报：与当时屏幕逐项相同的数字；缺省为现在',
    tag: 'meetings',
    permission: 'meetings.read',
    query: z.object({ at: Instant.optional() }),
    answer: Brief,
  }),
  file: route({
    id: 'fileBrief',
    method: 'GET',
    path: '/wall/brief/file',
    summary: '简报文件（.docx、.pdf、.xlsx），印有时点；数字与屏幕逐项相同',
    tag: 'meetings',
    permission: 'meetings.read',
    query: z.object({ at: Instant.optional(), format: BriefFormat }),
    produces: 'file',
  }),
  spans: route({
    id: 'listWallSpans',
    method: 'GET',
    path: '/wall/spans',
    summary: '大屏历史有记录的时段：只有这些时段可以定格与回放',
    tag: 'meetings',
    permission: 'meetings.read',
    query: z.object({ from: Instant, to: Instant }),
    answer: z.object({ items: z.array(PastSpan) }),
  }),
}
