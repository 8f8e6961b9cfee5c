import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** `running` → `ready` | `cancelled` | `failed`; a ready file is `expired` when its time is up; `interrupted` by a restart. */
export const EXPORT_STATES = ['running', 'ready', 'cancelled', 'failed', 'expired', 'interrupted'] as const

export const ExportJob = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  state: z.enum(EXPORT_STATES),
  /** Rows written so far. */
  rows: z.int(),
  /** Rows that there will be, as counted at the start; null when nobody counts. */
  total: z.int().nullable(),
  /** The list was longer than a file may be: said in the file too. */
  truncated: z.boolean(),
  filename: z.string(),
  bytes: z.int().nullable(),
  sha256: z.string().nullable(),
  createdAt: z.int(),
  finishedAt: z.int().nullable(),
  expiresAt: z.int().nullable(),
  /** Why it failed, in words. */
  problem: z.string().nullable(),
})
export type ExportJob = z.infer<typeof ExportJob>

const tag = 'exports'
const params = z.object({ id: z.string().max(64) })

/** Each kind asks for the permission of its list; a stranger's job answers like one that does not exist. */
export const exportRoutes = {
  kinds: route({
    id: 'listExportKinds',
    method: 'GET',
    path: '/exports/kinds',
    summary: '本人可以导出的列表',
    tag,
    permission: 'signed-in',
    answer: z.object({ items: z.array(z.object({ kind: z.string(), title: z.string() })), cursor: z.null() }),
  }),
  start: route({
    id: 'startExport',
    method: 'POST',
    path: '/exports',
    summary: '开始导出 xlsx；filters 与该列表的查询条件相同，范围与本人所见列表相同',
    tag,
    permission: 'signed-in',
    body: z.object({ kind: z.string().max(64), filters: z.record(z.string().max(64), z.unknown()).default({}) }),
    answer: ExportJob,
    status: 202,
  }),
  list: route({
    id: 'listExports',
    method: 'GET',
    path: '/exports',
    summary: '本人的导出任务，新的在前',
    tag,
    permission: 'signed-in',
    query: PageQuery,
    answer: page(ExportJob),
  }),
  get: route({
    id: 'getExport',
    method: 'GET',
    path: '/exports/{id}',
    summary: '一项导出的进度',
    tag,
    permission: 'signed-in',
    params,
    answer: ExportJob,
  }),
  cancel: route({
    id: 'cancelExport',
    method: 'POST',
    path: '/exports/{id}/cancel',
    summary: '取消导出；已写的部分随即删除',
    tag,
    permission: 'signed-in',
    params,
    answer: ExportJob,
  }),
  file: route({
    id: 'downloadExport',
    method: 'GET',
    path: '/exports/{id}/file',
    summary: '下载导出的文件；只给导出人，到期删除',
    tag,
    permission: 'signed-in',
    params,
    produces: 'file',
  }),
}
