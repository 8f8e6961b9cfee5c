import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** 全景: people, cases, matters, property, assets, each against its own past and in its parts; never a ranking. */

export const PANORAMA_CAPTION = '数据用于分析研判，不作考核排名'
export const PANORAMA_SECTIONS = ['case', 'matter', 'property', 'people', 'asset'] as const
export const PanoramaSection = z.enum(PANORAMA_SECTIONS)
export type PanoramaSection = z.infer<typeof PanoramaSection>
export const PANORAMA_NAMES: Readonly<Record<PanoramaSection, string>> = {
  case: '案件',
  matter: '信访事项',
  property: '涉案财物',
  people: '队伍',
  asset: '终端与门禁',
}
/** `open` = now; `in`, `out` = came in, ended within a month. */
export const Measure = z.enum(['open', 'in', 'out'])
export type Measure = z.infer<typeof Measure>

export const Verdict = z.object({
  word: z.enum(['higher', 'usual', 'lower', 'unknown']),
  /** The whole sentence with its numbers. */
  text: z.string(),
})
export type Verdict = z.infer<typeof Verdict>
export const Structure = z.object({
  dim: z.string(),
  name: z.string(),
  total: z.int(),
  items: z.array(
    z.object({
      value: z.string(),
      count: z.int(),
      /** Percent of the total, one decimal. */
      share: z.number(),
      /** Rows can be opened. */
      rows: z.boolean(),
    }),
  ),
})
export type Structure = z.infer<typeof Structure>
export const PanoramaPart = z.object({
  section: PanoramaSection,
  name: z.string(),
  unit: z.string(),
  openName: z.string(),
  open: z.int().nullable(),
  /** Newest last; the present month is the last one and not over. */
  months: z.array(z.object({ month: z.string(), in: z.number().nullable(), out: z.number().nullable() })),
  inName: z.string(),
  outName: z.string().nullable(),
  /** Rows of a month can be opened. */
  monthRows: z.boolean(),
  verdict: Verdict,
  structures: z.array(Structure),
  /** Everything there is has been counted. */
  complete: z.boolean(),
  source: z.string(),
})
export type PanoramaPart = z.infer<typeof PanoramaPart>

export const PanoramaRow = z.object({
  id: z.string(),
  title: z.string(),
  note: z.string(),
  /** Page below /desk; null = none of its own. */
  link: z.string().nullable(),
  started: z.string().nullable(),
  ended: z.string().nullable(),
})
export type PanoramaRow = z.infer<typeof PanoramaRow>

const tag = 'sharing'
export const panoramaRoutes = {
  view: route({
    id: 'panorama',
    method: 'GET',
    path: '/sharing/panorama',
    summary: '全景：各类数量与自身过去相比、结构占比；只含本人有权查看的部分，不作排名',
    tag,
    permission: 'panorama.read',
    answer: z.object({ at: z.int(), caption: z.string(), parts: z.array(PanoramaPart) }),
  }),
  rows: route({
    id: 'panoramaRows',
    method: 'GET',
    path: '/sharing/panorama/{section}/rows',
    summary: '全景中一个数字背后的行',
    tag,
    permission: 'panorama.read',
    params: z.object({ section: PanoramaSection }),
    query: PageQuery.extend({
      measure: Measure.default('open'),
      dim: z.string().max(20).optional(),
      value: z.string().max(200).optional(),
      month: z
        .string()
        .regex(/^\d{4}-\d{2}$/)
        .optional(),
    }),
    answer: page(PanoramaRow),
  }),
}
