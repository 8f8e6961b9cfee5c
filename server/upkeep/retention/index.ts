import { z } from 'zod'
import { dayStart } from '../../../config/zone.ts'
import { retentionRoutes, SCOPE_WORDS } from '../../../contract/http/retention.ts'
import { type Approvals, type BoundRoute, bind, type DangerousAct } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { archivesOf } from './archive.ts'
import { findHold, heldOf, liftHold, listHolds, placeHold } from './holds.ts'
import { retireAll, type SweepDeps, YOUNGEST_DAYS } from './sweep.ts'

export interface RetentionDeps extends SweepDeps {
  approvals: Approvals
  /** Of services.yaml: days of events and of metrics. */
  services: {
    inboxDays: number
    quarantineDays: number
    metricsRawDays: number
    metricsHourDays: number
    eventsDays: number
  }
  newId(): string
  failed(error: unknown, where: string): void
}

const TTL_MS = 72 * 3_600_000
const DAY = 86_400_000
const Lift = z.object({ holdId: z.string() })
const Purge = z.object({ what: z.enum(['events', 'alerts']), before: z.int() })
const PURGED = { events: '原始事件', alerts: '已办结告警' } as const

/** Lifting a hold and deleting before time: one proposes, another one does it. */
export function retentionActs(deps: RetentionDeps) {
  const lift: DangerousAct<z.infer<typeof Lift>> = {
    kind: 'retention.lift-hold',
    name: '解除法律保全',
    approve: 'system.hold',
    ttlMs: TTL_MS,
    payload: Lift,
    async perform(turn, { holdId }, { approver }) {
      if (!(await liftHold(turn.tx, holdId, approver, turn.now))) throw new Refusal('conflict', '此保全已经解除')
    },
  }
  const purge: DangerousAct<z.infer<typeof Purge>> = {
    kind: 'retention.purge',
    name: '提前清除数据',
    approve: 'system.hold',
    ttlMs: TTL_MS,
    payload: Purge,
    async perform(turn, { what, before }, { proposer, approver }) {
      mayPurge(before, turn.now)
      if ((await heldOf(turn.tx, what)) === 'all')
        throw new Refusal('conflict', `${PURGED[what]}处于法律保全，不能清除`)
      // After the approval is on disk, in pieces: people and events go on meanwhile.
      turn.afterCommit(async () => {
        await retireAll(deps, what, before, { actor: proposer, approver })
      })
    },
  }
  return { lift, purge }
}

function mayPurge(before: number, now: number): void {
  if (before > now - YOUNGEST_DAYS * DAY)
    throw new Refusal('unprocessable', `六个月（${YOUNGEST_DAYS} 天）内的数据不得清除（网络安全法第二十一条）`)
}

export function retentionRoutesOf(deps: RetentionDeps, acts: ReturnType<typeof retentionActs>): BoundRoute[] {
  const { records, approvals, rules, services, newId } = deps
  return [
    bind(retentionRoutes.get, async ({ person }) => {
      const [events, alerts, audit] = await Promise.all([
        heldOf(records.read, 'events'),
        heldOf(records.read, 'alerts'),
        heldOf(records.read, 'audit'),
      ])
      const rule = (what: string, days: number, after: string, held = false) => ({ what, days, after, held })
      return {
        rules: [
          rule('原始事件', services.inboxDays, '删除', events.length > 0),
          rule('隔离区', services.quarantineDays, '删除'),
          rule('指标（原始）', services.metricsRawDays, '汇总为小时后删除'),
          rule('指标（小时）', services.metricsHourDays, '删除'),
          rule('已办结告警', rules.closedAlertsDays, '删除', alerts.length > 0),
          rule('审计记录', rules.auditDays, '归档到文件，链仍可核对', audit.length > 0),
        ],
        holds: await listHolds(records.read),
        archives: (await archivesOf(records.read, 'audit')).map(({ fromSeq, toSeq, file, sha256, at }) => ({
          fromSeq,
          toSeq,
          file,
          sha256,
          at,
        })),
        mayHold: person.permissions.has(retentionRoutes.hold.permission),
        mayPurge: person.permissions.has(retentionRoutes.purge.permission),
      }
    }),
    bind(retentionRoutes.hold, ({ body, person }) =>
      records.write(async (turn) => {
        const hold = { id: newId(), ...body, by: person.username, at: turn.now }
        await placeHold(turn.tx, hold)
        return { ...hold, liftedBy: null, liftedAt: null }
      }),
    ),
    bind(retentionRoutes.lift, ({ params, body, person }) =>
      records.write(async (turn) => {
        const hold = await findHold(turn.tx, params.id)
        if (!hold) throw new Refusal('not-found', '没有这项保全')
        if (hold.liftedAt !== null) throw new Refusal('conflict', '此保全已经解除')
        const about = hold.object ?? '全部对象'
        const summary = `解除对${SCOPE_WORDS[hold.scope]}（${about}）的法律保全：${hold.reason}`
        const payload = { holdId: hold.id }
        return {
          approval: await approvals.propose(turn, acts.lift, person, {
            subject: hold.id,
            summary,
            reason: body.reason,
            payload,
          }),
        }
      }),
    ),
    bind(retentionRoutes.purge, ({ body, person }) =>
      records.write(async (turn) => {
        const before = dayStart(body.before)
        mayPurge(before, turn.now)
        const summary = `清除 ${body.before} 之前的${PURGED[body.what]}（法律保全中的除外），不可恢复`
        const payload = { what: body.what, before }
        return {
          approval: await approvals.propose(turn, acts.purge, person, {
            subject: `purge:${body.what}`,
            summary,
            reason: body.reason,
            payload,
          }),
        }
      }),
    ),
  ]
}
