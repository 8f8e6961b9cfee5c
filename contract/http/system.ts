import { z } from 'zod'
import { route } from './route.ts'

/** What a page may know before anybody signs in. */
export const Office = z.object({ product: z.string(), unit: z.string(), demo: z.boolean(), version: z.string() })
export type Office = z.infer<typeof Office>

/** Geometry in design pixels of that screen; a panel that no part offers is «尚未启用». */
export const ScreenLayout = z.object({
  name: z.string(),
  width: z.int(),
  height: z.int(),
  panels: z.array(z.object({ panel: z.string(), x: z.number(), y: z.number(), w: z.number(), h: z.number() })),
})
export type ScreenLayout = z.infer<typeof ScreenLayout>

const Document = z.record(z.string(), z.unknown())

export const office = route({
  id: 'office',
  method: 'GET',
  path: '/public/office',
  summary: '单位与产品名称、是否演示',
  tag: 'system',
  permission: 'public',
  answer: Office,
})
export const screens = route({
  id: 'screens',
  method: 'GET',
  path: '/screens',
  summary: '大屏布局（screens/wall.yaml）',
  tag: 'system',
  permission: 'wall.view',
  answer: z.object({ screens: z.array(ScreenLayout) }),
})
export const openapi = route({
  id: 'openapi',
  method: 'GET',
  path: '/openapi.json',
  summary: '本接口的 OpenAPI 3.1 文档',
  tag: 'system',
  permission: 'public',
  answer: Document,
})
export const asyncapi = route({
  id: 'asyncapi',
  method: 'GET',
  path: '/asyncapi.json',
  summary: 'MQTT 与实时通道的 AsyncAPI 3 文档',
  tag: 'system',
  permission: 'public',
  answer: Document,
})

/** `/readyz`: our own parts; a dead source does not make us unready. */
export const Readiness = z.object({ ready: z.boolean(), parts: z.record(z.string(), z.boolean()) })
export type Readiness = z.infer<typeof Readiness>
