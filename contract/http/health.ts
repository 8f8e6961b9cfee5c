import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** Our own parts, as people keep them running: `ok` 正常, `attention` 注意, `fault` 故障. */
export const HEALTH_LEVELS = ['ok', 'attention', 'fault'] as const
export const HealthLevel = z.enum(HEALTH_LEVELS)
export type HealthLevel = z.infer<typeof HealthLevel>
export const LEVEL_WORDS: Readonly<Record<HealthLevel, string>> = { ok: '正常', attention: '注意', fault: '故障' }

export const HealthItem = z.object({
  /** Stable, e.g. `records`, `source:tq-main`. */
  id: z.string(),
  group: z.enum(['服务', '采集', '存储', '备份与核对']),
  name: z.string(),
  level: HealthLevel,
  /** What is seen. */
  text: z.string(),
  /** What to do; empty when all is well. */
  mend: z.string(),
})
export type HealthItem = z.infer<typeof HealthItem>

export const RUN_KINDS = ['backup', 'drill', 'verification', 'retention'] as const
export const RunKind = z.enum(RUN_KINDS)
export type RunKind = z.infer<typeof RunKind>
export const RUN_WORDS: Readonly<Record<RunKind, string>> = {
  backup: '备份',
  drill: '恢复演练',
  verification: '链核对',
  retention: '到期清理与归档',
}

export const UpkeepRun = z.object({
  id: z.string(),
  kind: RunKind,
  startedAt: z.int(),
  /** Null while it runs. */
  finishedAt: z.int().nullable(),
  ok: z.boolean().nullable(),
  /** `schedule`, or the user name of who asked for it. */
  by: z.string(),
  text: z.string(),
})
export type UpkeepRun = z.infer<typeof UpkeepRun>

export const Health = z.object({
  at: z.int(),
  level: HealthLevel,
  items: z.array(HealthItem),
  versions: z.array(z.object({ name: z.string(), version: z.string() })),
  /** Under way now. */
  running: z.array(RunKind),
  /** May the caller start a run? */
  mayRun: z.boolean(),
})
export type Health = z.infer<typeof Health>

const tag = 'system'
export const healthRoutes = {
  health: route({
    id: 'getHealth',
    method: 'GET',
    path: '/system/health',
    summary: '本系统各部分的运行状况：正常、注意、故障与处理办法',
    tag,
    permission: 'system.health',
    answer: Health,
  }),
  runs: route({
    id: 'listUpkeepRuns',
    method: 'GET',
    path: '/system/runs',
    summary: '备份、恢复演练、链核对、清理归档的记录，新的在前',
    tag,
    permission: 'system.health',
    query: PageQuery.extend({ kind: RunKind.optional() }),
    answer: page(UpkeepRun),
  }),
  run: route({
    id: 'startUpkeepRun',
    method: 'POST',
    path: '/system/runs',
    summary: '立即进行一次备份、恢复演练或链核对',
    tag,
    permission: 'system.manage',
    body: z.object({ kind: RunKind }),
    answer: UpkeepRun,
    status: 202,
  }),
}
