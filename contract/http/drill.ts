import { z } from 'zod'
import { Severity } from '../severity.ts'
import { PageQuery, page, route } from './route.ts'

/** 告警演练: a labelled incident through the real path, hop by hop, counted nowhere. */

/** Type of the event and name of its collector. */
export const DRILL_EVENT = 'infra.drill'
export const DRILL_COLLECTOR = 'drill'

/** The way of an alert, in order; the last three are each wall's own. */
export const DRILL_HOPS = {
  published: '演练源接入并发出',
  arrived: '消息代理交付',
  taken: '入库排队',
  decided: '规则判定',
  committed: '告警落盘',
  emitted: '推送大屏',
  received: '大屏收到',
  painted: '大屏画出',
  heard: '回执到达',
} as const
export type DrillHop = keyof typeof DRILL_HOPS
export const DrillHop = z.enum(Object.keys(DRILL_HOPS) as [DrillHop, ...DrillHop[]])

/** `interrupted`: the server stopped meanwhile; `lost`: it never came through the path. */
export const DRILL_STATES = {
  running: '进行中',
  passed: '全部大屏已画出',
  partly: '有大屏未画出',
  unseen: '没有大屏在线',
  lost: '未能走通',
  interrupted: '中断',
} as const
export type DrillState = keyof typeof DRILL_STATES
export const DrillState = z.enum(Object.keys(DRILL_STATES) as [DrillState, ...DrillState[]])

export const DRILL_ENDS = {
  time: '到时自行撤销',
  person: '提前撤销',
  real: '出现真实的紧急告警，演练让路',
  restart: '服务重启，演练中断',
} as const
export type DrillEnd = keyof typeof DRILL_ENDS

/** Epoch ms of the server's clock; a wall counts by the server's clock, so its moments are off by a one-way delay. */
export const DrillWall = z.object({
  /** As named on its calibration page, else its layout. */
  wall: z.string(),
  screen: z.string().nullable(),
  account: z.string(),
  receivedAt: z.int().nullable(),
  paintedAt: z.int().nullable(),
  heardAt: z.int().nullable(),
  /** From the push to the receipt, both by the server's clock: holds whatever the wall's clock says. */
  roundTripMs: z.int().nullable(),
  state: z.enum(['painted', 'waiting', 'missing', 'left']),
})
export type DrillWall = z.infer<typeof DrillWall>

export const DrillItem = z.object({
  /** `D-YYYYMMDD-HHMMSS`: also the number of its card. */
  id: z.string(),
  scene: z.string(),
  title: z.string(),
  purpose: z.string(),
  severity: Severity,
  state: DrillState,
  /** Post of who started it. */
  startedBy: z.string(),
  startedAt: z.int(),
  endsAt: z.int(),
  endedAt: z.int().nullable(),
  end: z.string().nullable(),
  ackedAt: z.int().nullable(),
  ackedBy: z.string().nullable(),
  hops: z.array(
    z.object({ hop: DrillHop, name: z.string(), at: z.int().nullable(), tookMs: z.int().nullable(), note: z.string() }),
  ),
  /** From the click to the slowest wall's glass; null while unknown. */
  totalMs: z.int().nullable(),
  /** When the drill source had the server's receipt. */
  receiptAt: z.int().nullable(),
  walls: z.array(DrillWall),
  /** Desks that painted it, beside the walls. */
  desks: z.int(),
})
export type DrillItem = z.infer<typeof DrillItem>

const tag = 'drills'
const params = z.object({ id: z.string().max(64) })
export const drillRoutes = {
  list: route({
    id: 'listDrills',
    method: 'GET',
    path: '/drills',
    tag,
    permission: 'drills.read',
    summary: '告警演练记录，新的在前；演练不计入任何统计',
    query: PageQuery,
    answer: page(DrillItem),
  }),
  office: route({
    id: 'drillOffice',
    method: 'GET',
    path: '/drills/office',
    tag,
    permission: 'drills.read',
    summary: '可演练的情景、时长、本月是否已演练、此刻在线的大屏',
    answer: z.object({
      scenes: z.array(z.object({ id: z.string(), title: z.string(), severity: Severity, next: z.string() })),
      lastsS: z.int(),
      /** Office day of the last one that came through; null = never. */
      lastDay: z.iso.date().nullable(),
      doneThisMonth: z.boolean(),
      walls: z.array(z.object({ wall: z.string(), screen: z.string().nullable(), account: z.string() })),
      /** Real ones that nobody has acknowledged: the drill would stand beside them. */
      criticalOpen: z.int(),
      running: z.string().nullable(),
      mayRun: z.boolean(),
    }),
  }),
  one: route({
    id: 'drill',
    method: 'GET',
    path: '/drills/{id}',
    tag,
    permission: 'drills.read',
    summary: '一次演练：逐跳用时与每块大屏',
    params,
    answer: DrillItem,
  }),
  start: route({
    id: 'startDrill',
    method: 'POST',
    path: '/drills',
    tag,
    permission: 'drills.run',
    summary: '发起演练：标明“演练”的告警走真路到每块大屏，到时自行撤销',
    status: 201,
    body: z.strictObject({
      scene: z.string().max(40),
      purpose: z.string().trim().min(2, '请写明演练目的，至少 2 个字').max(60),
      /** The second click. */
      confirm: z.literal(true, { error: '须再次确认：演练会在所有大屏显示并响铃' }),
    }),
    answer: DrillItem,
  }),
  end: route({
    id: 'endDrill',
    method: 'POST',
    path: '/drills/{id}/end',
    tag,
    permission: 'drills.run',
    summary: '提前撤销正在进行的演练',
    params,
    answer: DrillItem,
  }),
}
