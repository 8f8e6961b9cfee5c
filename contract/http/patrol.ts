import { z } from 'zod'
import { PATROL_RESULTS, PatrolResult } from '../panels/security.ts'
import { PageQuery, page, route } from './route.ts'

/** 安防巡查: rounds and their points, corrections, check-in by phone (protocols.md 3.2, 3.3). */

export const POINT_RESULTS = {
  on_time: '按时',
  early: '提前',
  late: '迟到',
  out_of_order: '未按顺序',
  missed: '漏检',
  open: '未到时',
} as const
export const PointResult = z.enum(Object.keys(POINT_RESULTS) as [keyof typeof POINT_RESULTS])
export const PROOFS = { wand: '巡检器', strong: '强', weak: '弱', none: '无' } as const
export const Proof = z.enum(Object.keys(PROOFS) as [keyof typeof PROOFS])

export const RoundItem = z.object({
  route: z.string(),
  routeName: z.string(),
  order: z.enum(['strict', 'free']),
  /** `2026-11-24T07:00` */
  round: z.string(),
  startsAt: z.int(),
  dueAt: z.int(),
  closesAt: z.int(),
  result: PatrolResult,
  note: z.string().nullable(),
  /** Set by hand over what the check-ins say. */
  corrected: z.boolean(),
  reached: z.int(),
  planned: z.int(),
  points: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      result: PointResult,
      at: z.int().nullable(),
      proof: Proof.nullable(),
      late: z.boolean(),
      /** Sooner after the point before than anybody can walk. */
      suspect: z.boolean(),
    }),
  ),
})
export type RoundItem = z.infer<typeof RoundItem>

export const CORRECTION_REASONS = {
  'late-download': '巡检器迟下载',
  'device-fault': '巡检器或芯片故障',
  'duty-change': '临时勤务占用',
  'made-up': '已补巡',
  other: '其他',
} as const
export const CorrectionReason = z.enum(Object.keys(CORRECTION_REASONS) as [keyof typeof CORRECTION_REASONS])

export const CorrectionItem = z.object({
  id: z.string(),
  route: z.string(),
  round: z.string(),
  before: z.string(),
  after: PatrolResult,
  reason: CorrectionReason,
  note: z.string(),
  /** `system` for what a late file corrected by itself. */
  by: z.string(),
  at: z.int(),
})
export type CorrectionItem = z.infer<typeof CorrectionItem>

export const CHECKIN_REASONS = {
  taken: '已记录',
  again: '这一次已经上传过',
  'unknown-point': '没有这个点位',
  'bad-code': '二维码不正确，请重新扫描点位旁的显示屏',
  'code-expired': '二维码已过期，请重新扫描',
  replayed: '这个二维码已经用过，请等下一个',
  'too-old': '超过 24 小时的打点不再接受，请向值班员申请更正',
  'future-time': '手机时间不对，请校准后重新打点',
} as const
export const CheckInReason = z.enum(Object.keys(CHECKIN_REASONS) as [keyof typeof CHECKIN_REASONS])

/** Why the proof is not strong. */
export const WEAK_BECAUSE = {
  late: '补传',
  outside: '不在点位附近',
  'static-code': '固定二维码',
  'no-place': '固定二维码且没有定位',
} as const
export const WeakBecause = z.enum(Object.keys(WEAK_BECAUSE) as [keyof typeof WEAK_BECAUSE])

export const CheckInSent = z.object({
  /** Made by the phone: sending the same again is harmless. */
  id: z.uuid(),
  point: z.string().min(1).max(64),
  /** `rotating`: display; `static`: printed plate; `typed`: the letters of either; `nfc`: the tag's chip number. */
  via: z.enum(['rotating', 'static', 'typed', 'nfc']),
  code: z.string().min(4).max(64),
  /** Of the display, for `rotating`. */
  step: z.int().min(0).optional(),
  /** The phone's clock when it was scanned, epoch ms. */
  clientAt: z.int(),
  place: z.object({ lat: z.number(), lon: z.number(), accuracyM: z.number().min(0) }).optional(),
})
export type CheckInSent = z.infer<typeof CheckInSent>
export const CheckInVerdict = z.object({
  id: z.uuid(),
  accepted: z.boolean(),
  reason: CheckInReason,
  proof: Proof.nullable(),
  because: z.array(WeakBecause),
  late: z.boolean(),
})
export type CheckInVerdict = z.infer<typeof CheckInVerdict>

const Key = z.object({ id: z.string().min(1).max(64) })

export const patrolRoutes = {
  rounds: route({
    id: 'listPatrolRounds',
    method: 'GET',
    path: '/patrol/rounds',
    summary: '近期巡查轮次与每个点位的结果',
    tag: 'patrol',
    permission: 'patrol.read',
    query: PageQuery.extend({ route: z.string().max(64).optional(), result: z.enum(PATROL_RESULTS).optional() }),
    answer: page(RoundItem),
  }),
  corrections: route({
    id: 'listPatrolCorrections',
    method: 'GET',
    path: '/patrol/corrections',
    summary: '巡查结果的更正，只增不改',
    tag: 'patrol',
    permission: 'patrol.read',
    query: PageQuery,
    answer: page(CorrectionItem),
  }),
  correct: route({
    id: 'correctPatrolRound',
    method: 'POST',
    path: '/patrol/corrections',
    summary: '更正一轮巡查的结果，须写明原因',
    tag: 'patrol',
    permission: 'patrol.correct',
    body: z.object({
      route: z.string().min(1).max(64),
      round: z.string().min(1).max(20),
      result: z.enum(['on_time', 'late', 'missed']),
      reason: CorrectionReason,
      note: z.string().trim().min(4, '请写明情况，至少 4 个字').max(400),
    }),
    answer: CorrectionItem,
    status: 201,
  }),
  plan: route({
    id: 'readPatrolPlan',
    method: 'GET',
    path: '/patrol/plan',
    summary: '打点页所需：点位、路线、接下来的轮次',
    tag: 'patrol',
    permission: 'patrol.checkin',
    answer: z.object({
      points: z.array(z.object({ id: z.string(), name: z.string() })),
      routes: z.array(z.object({ id: z.string(), name: z.string(), points: z.array(z.string()) })),
      next: z.object({ label: z.string(), startsAt: z.int(), closesAt: z.int() }).nullable(),
    }),
  }),
  checkIn: route({
    id: 'sendPatrolCheckIns',
    method: 'POST',
    path: '/patrol/checkins',
    summary: '上传手机打点（可离线积攒，24 小时内）',
    tag: 'patrol',
    permission: 'patrol.checkin',
    body: z.object({ items: z.array(CheckInSent).min(1).max(100) }),
    answer: z.object({ items: z.array(CheckInVerdict) }),
  }),
  display: route({
    id: 'readPatrolDisplay',
    method: 'GET',
    path: '/patrol/points/{id}/display',
    summary: '点位显示屏与固定二维码的密钥',
    tag: 'patrol',
    permission: 'patrol.manage',
    params: Key,
    answer: z.object({ point: z.string(), name: z.string(), key: z.string(), plate: z.string() }),
  }),
}
