import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** 一个标准采集数据: every field of every interface, panel, message, trend and store, read from the code that uses it. */

export const DICTIONARY_KINDS = ['http', 'panel', 'message', 'event', 'trend', 'store'] as const
export const DictionaryKind = z.enum(DICTIONARY_KINDS)
export type DictionaryKind = z.infer<typeof DictionaryKind>
export const DICTIONARY_KIND_NAMES: Readonly<Record<DictionaryKind, string>> = {
  http: '接口',
  panel: '大屏面板',
  message: '采集报文',
  event: '事件类型',
  trend: '趋势指标',
  store: '台账表',
}

export const DictionaryItem = z.object({
  kind: DictionaryKind,
  kindName: z.string(),
  /** Interface, panel, message, measurement or table that the field is part of. */
  group: z.string(),
  groupName: z.string(),
  /** `items[].caseNo` */
  field: z.string(),
  name: z.string(),
  /** Null: nobody has given it a Chinese name yet; `name` is then the field itself. */
  named: z.boolean(),
  type: z.string(),
  unit: z.string().nullable(),
  /** Where the values come from. */
  source: z.string(),
  /** Names of the roles that may see it. */
  sees: z.array(z.string()),
})
export type DictionaryItem = z.infer<typeof DictionaryItem>

export const DictionaryFilters = z.object({
  kind: DictionaryKind.optional(),
  group: z.string().max(200).optional(),
  /** Part of a field, of its Chinese name or of its group. */
  q: z.string().max(100).optional(),
})
export type DictionaryFilters = z.output<typeof DictionaryFilters>

export const dictionaryRoutes = {
  list: route({
    id: 'dictionary',
    method: 'GET',
    path: '/sharing/dictionary',
    summary: '一个标准采集数据：全部字段的中文名、类型、单位、来源与可见角色，由程序自身的定义生成',
    tag: 'sharing',
    permission: 'sharing.read',
    query: PageQuery.extend(DictionaryFilters.shape),
    answer: page(DictionaryItem).extend({
      /** Fields that fit the filter. */
      total: z.int(),
      groups: z.array(z.object({ kind: DictionaryKind, count: z.int() })),
    }),
  }),
}
