import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** 数据交换: other units' systems give and take, by versioned JSON or CSV; what cannot be read is kept aside with its reason. */

/** Largest file of one call. */
export const EXCHANGE_LIMIT = 8 * 1024 * 1024
export const EXCHANGE_ROWS = 20_000

/** Why a whole file, or one row of it, is not taken; nothing of it is lost. */
export const EXCHANGE_REASONS = {
  'missing-key': '缺少主键',
  'missing-field': '缺少必填项',
  'bad-value': '值不符合格式',
  'bad-version': '记录版本写法不对',
  'version-conflict': '同一主键同一版本，内容却不同',
  'bad-row': '这一行读不出来',
} as const
export type ExchangeReason = keyof typeof EXCHANGE_REASONS
export const ExchangeReason = z.enum(Object.keys(EXCHANGE_REASONS) as [ExchangeReason, ...ExchangeReason[]])

export const EXCHANGE_KINDS = { text: '文字', 'case-no': '案号', date: '日期', number: '数字', choice: '选项' } as const
export type ExchangeKind = keyof typeof EXCHANGE_KINDS
export const ExchangeKind = z.enum(Object.keys(EXCHANGE_KINDS) as [ExchangeKind, ...ExchangeKind[]])

const Pair = z.object({ id: z.string(), name: z.string() })
export const Standard = z.object({
  id: z.string(),
  name: z.string(),
  /** Stands in every file; another one is refused. */
  version: z.string(),
  direction: z.enum(['in', 'out']),
  key: z.array(z.string()),
  fields: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: ExchangeKind,
      kindName: z.string(),
      required: z.boolean(),
      options: z.array(z.string()),
    }),
  ),
})
export type Standard = z.infer<typeof Standard>

/** Column of a foreign file → field of the standard; values may be put in our words. */
export const MappingBody = z.strictObject({
  name: z.string().trim().min(2, '请给这份对应关系一个名称').max(60),
  standard: z.string().max(60),
  unit: z.string().max(60),
  fields: z
    .array(
      z.strictObject({
        to: z.string().max(60),
        from: z.string().trim().min(1).max(100),
        values: z.record(z.string().max(100), z.string().max(100)).default({}),
      }),
    )
    .min(1, '至少要对应一个字段')
    .max(60),
  /** Column with the version of each record; null: a record that has changed is a new version of the time it came. */
  version: z.string().trim().min(1).max(100).nullable(),
})
export type MappingBody = z.output<typeof MappingBody>
export const Mapping = MappingBody.extend({
  id: z.string(),
  /** Counts up with each change. */
  rev: z.int(),
  changedAt: z.int(),
  by: z.string(),
})
export type Mapping = z.infer<typeof Mapping>

export const Batch = z.object({
  id: z.string(),
  at: z.int(),
  standard: z.string(),
  standardName: z.string(),
  unit: z.string(),
  unitName: z.string(),
  by: z.string(),
  rows: z.int(),
  /** New or changed; `older` of them came after a newer version. */
  accepted: z.int(),
  older: z.int(),
  /** Same key, same version, same content. */
  unchanged: z.int(),
  quarantined: z.int(),
})
export type Batch = z.infer<typeof Batch>

export const ExchangeRow = z.object({
  id: z.string(),
  batch: z.string(),
  at: z.int(),
  standardName: z.string(),
  unitName: z.string(),
  /** In the file, the heading not counted. */
  row: z.int(),
  reason: ExchangeReason,
  reasonName: z.string(),
  field: z.string().nullable(),
  message: z.string(),
  /** As it came, column → text. */
  raw: z.record(z.string(), z.string()),
  state: z.enum(['open', 'fixed', 'discarded']),
  note: z.string().nullable(),
})
export type ExchangeRow = z.infer<typeof ExchangeRow>

export const SharedRecord = z.object({
  key: z.string(),
  unit: z.string(),
  unitName: z.string(),
  version: z.string(),
  receivedAt: z.int(),
  values: z.record(z.string(), z.string()),
})
export type SharedRecord = z.infer<typeof SharedRecord>

const Named = z.object({ field: z.string(), name: z.string(), count: z.int() })
export const Quality = z.object({
  standard: z.string(),
  standardName: z.string(),
  unit: z.string(),
  unitName: z.string(),
  records: z.int(),
  lastAt: z.int().nullable(),
  /** No file for longer than agreed. */
  stale: z.boolean(),
  staleDays: z.int(),
  /** Fields that may be empty, and are. */
  missing: z.array(Named),
  /** Case numbers that this office does not have. */
  unmatched: z.int(),
  quarantined: z.int(),
})
export type Quality = z.infer<typeof Quality>
export const Conflict = z.object({
  standardName: z.string(),
  key: z.string(),
  field: z.string(),
  name: z.string(),
  values: z.array(z.object({ unitName: z.string(), value: z.string() })),
})
export type Conflict = z.infer<typeof Conflict>

const tag = 'sharing'
const params = z.object({ id: z.string().max(64) })
const reason = z.string().trim().min(2, '请写明，至少 2 个字').max(200)
const Counts = Batch.extend({
  problems: z.array(
    z.object({ row: z.int(), field: z.string().nullable(), reason: ExchangeReason, message: z.string() }),
  ),
})
export const DryRun = z.object({
  columns: z.array(z.string()),
  rows: z.int(),
  good: z.int(),
  problems: Counts.shape.problems,
  /** The first rows as they would be kept. */
  sample: z.array(z.object({ key: z.string(), values: z.record(z.string(), z.string()) })),
})
export type DryRun = z.infer<typeof DryRun>

export const exchangeRoutes = {
  standards: route({
    id: 'exchangeStandards',
    method: 'GET',
    path: '/exchange/standards',
    summary: '交换标准、单位与对应关系',
    tag,
    permission: 'exchange.read',
    answer: z.object({ standards: z.array(Standard), units: z.array(Pair), mappings: z.array(Mapping) }),
  }),
  give: route({
    id: 'exchangeGive',
    method: 'POST',
    path: '/exchange/give',
    summary: '外单位送数据：JSON 或 CSV，文件内写明标准与版本；同一主键同一版本重复送达不重复计入，坏行隔离',
    tag,
    permission: 'exchange.give',
    consumes: 'raw',
    maxBytes: EXCHANGE_LIMIT,
    query: z.object({ mapping: z.string().max(64).optional() }),
    answer: Counts,
  }),
  take: route({
    id: 'exchangeTake',
    method: 'GET',
    path: '/exchange/take',
    summary: '外单位取数据：按标准增量取，范围不超出令牌；CSV 的单元格不会被当作公式',
    tag,
    permission: 'exchange.take',
    query: PageQuery.extend({ standard: z.string().max(60), format: z.enum(['json', 'csv']).default('json') }),
    produces: 'file',
  }),
  dryRun: route({
    id: 'exchangeDryRun',
    method: 'POST',
    path: '/exchange/dry-run',
    summary: '用一份样本试对应关系：能读出什么、哪些行会被隔离；什么也不保存',
    tag,
    permission: 'exchange.write',
    maxBytes: 1024 * 1024,
    body: z.strictObject({ mapping: MappingBody, sample: z.string().min(1).max(900_000) }),
    answer: DryRun,
  }),
  saveMapping: route({
    id: 'saveExchangeMapping',
    method: 'POST',
    path: '/exchange/mappings',
    summary: '保存对应关系；改动另成一版',
    tag,
    permission: 'exchange.write',
    body: z.strictObject({ id: z.string().max(64).nullable(), mapping: MappingBody }),
    answer: Mapping,
  }),
  batches: route({
    id: 'exchangeBatches',
    method: 'GET',
    path: '/exchange/batches',
    summary: '收到的文件与结果',
    tag,
    permission: 'exchange.read',
    query: PageQuery,
    answer: page(Batch),
  }),
  records: route({
    id: 'exchangeRecords',
    method: 'GET',
    path: '/exchange/records',
    summary: '某一标准下各单位送来的最新记录',
    tag,
    permission: 'exchange.read',
    query: PageQuery.extend({ standard: z.string().max(60), unit: z.string().max(60).optional() }),
    answer: page(SharedRecord),
  }),
  quarantine: route({
    id: 'exchangeQuarantine',
    method: 'GET',
    path: '/exchange/quarantine',
    summary: '被隔离的行：原样、原因、出错的字段',
    tag,
    permission: 'exchange.read',
    query: PageQuery.extend({ state: z.enum(['open', 'fixed', 'discarded']).default('open') }),
    answer: page(ExchangeRow),
  }),
  fix: route({
    id: 'fixExchangeRow',
    method: 'POST',
    path: '/exchange/quarantine/{id}/fix',
    summary: '改正一行并重新送入',
    tag,
    permission: 'exchange.write',
    params,
    body: z.strictObject({ raw: z.record(z.string().max(100), z.string().max(4000)), reason }),
    answer: ExchangeRow,
  }),
  discard: route({
    id: 'discardExchangeRow',
    method: 'POST',
    path: '/exchange/quarantine/{id}/discard',
    summary: '不再处理一行，写明原因；原样仍保留',
    tag,
    permission: 'exchange.write',
    params,
    body: z.strictObject({ reason }),
    answer: ExchangeRow,
  }),
  quality: route({
    id: 'exchangeQuality',
    method: 'GET',
    path: '/exchange/quality',
    summary: '质量报告：缺项、过期、相互矛盾、无对应案件，按标准与单位',
    tag,
    permission: 'exchange.read',
    answer: z.object({ items: z.array(Quality), conflicts: z.array(Conflict), conflictsMore: z.boolean() }),
  }),
}
