import { z } from 'zod'
import { Figure } from '../figures.ts'
import { route } from './route.ts'

/** A list shows how many rows were counted; the rows themselves come with the single figure. */
export const FigureSummary = Figure.omit({ rows: true }).extend({ rowCount: z.int() })
export type FigureSummary = z.infer<typeof FigureSummary>

export const figures = route({
  id: 'figures',
  method: 'GET',
  path: '/figures',
  summary: '全部指标：数值、时点、有效期与口径',
  tag: 'figures',
  permission: 'figures.read',
  answer: z.object({ items: z.array(FigureSummary) }),
})
export const figure = route({
  id: 'figure',
  method: 'GET',
  path: '/figures/{name}',
  summary: '一项指标的出生证明：来源、公式与逐行数据',
  tag: 'figures',
  permission: 'figures.read',
  params: z.object({ name: z.string().min(1).max(128) }),
  answer: Figure,
})
