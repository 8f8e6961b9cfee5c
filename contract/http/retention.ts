import { z } from 'zod'
import { route } from './route.ts'

/** What is kept how long, what must not be deleted (legal hold), what has gone to the archive. */
export const HOLD_SCOPES = ['all', 'events', 'alerts', 'audit'] as const
export const HoldScope = z.enum(HOLD_SCOPES)
export type HoldScope = z.infer<typeof HoldScope>
export const SCOPE_WORDS: Readonly<Record<HoldScope, string>> = {
  all: '全部',
  events: '原始事件',
  alerts: '告警',
  audit: '审计记录',
}

export const LegalHold = z.object({
  id: z.string(),
  scope: HoldScope,
  /** One door, one terminal, …; null = all of the scope. */
  object: z.string().nullable(),
  reason: z.string(),
  by: z.string(),
  at: z.int(),
  /** Null while it stands. */
  liftedBy: z.string().nullable(),
  liftedAt: z.int().nullable(),
})
export type LegalHold = z.infer<typeof LegalHold>

export const ArchivePiece = z.object({
  fromSeq: z.int(),
  toSeq: z.int(),
  file: z.string(),
  sha256: z.string(),
  at: z.int(),
})
export type ArchivePiece = z.infer<typeof ArchivePiece>

export const Retention = z.object({
  rules: z.array(z.object({ what: z.string(), days: z.number(), after: z.string(), held: z.boolean() })),
  holds: z.array(LegalHold),
  archives: z.array(ArchivePiece),
  mayHold: z.boolean(),
  mayPurge: z.boolean(),
})
export type Retention = z.infer<typeof Retention>

const reason = z.string().trim().min(4, '请写明理由（至少 4 个字）').max(500)
const tag = 'system'
export const retentionRoutes = {
  get: route({
    id: 'getRetention',
    method: 'GET',
    path: '/system/retention',
    summary: '保留期、法律保全与审计归档',
    tag,
    permission: 'system.health',
    answer: Retention,
  }),
  hold: route({
    id: 'placeLegalHold',
    method: 'POST',
    path: '/system/holds',
    summary: '设立法律保全：所涉数据停止到期删除，立即生效',
    tag,
    permission: 'system.hold',
    body: z.object({ scope: HoldScope, object: z.string().trim().min(1).max(128).nullable().default(null), reason }),
    answer: LegalHold,
    status: 201,
  }),
  lift: route({
    id: 'proposeLiftHold',
    method: 'POST',
    path: '/system/holds/{id}/lift',
    summary: '申请解除法律保全：另一人在“双人复核”中批准后生效',
    tag,
    permission: 'system.hold',
    params: z.object({ id: z.string().max(64) }),
    body: z.object({ reason }),
    answer: z.object({ approval: z.string() }),
    status: 202,
  }),
  purge: route({
    id: 'proposePurge',
    method: 'POST',
    path: '/system/purge',
    summary: '申请提前清除某日之前的原始事件或已办结告警：另一人批准后执行；六个月内的与保全中的不删',
    tag,
    permission: 'system.manage',
    body: z.object({ what: z.enum(['events', 'alerts']), before: z.iso.date(), reason }),
    answer: z.object({ approval: z.string() }),
    status: 202,
  }),
}
