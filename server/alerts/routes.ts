import * as api from '../../contract/http/alerts.ts'
import { type BoundRoute, bind } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { AlertsContext } from './context.ts'
import { detailOf } from './detail.ts'
import { dryRun } from './dry-run.ts'
import { evidencePack } from './evidence-pack.ts'
import { alertPage } from './page.ts'
import { present } from './present.ts'
import { ruleText } from './rule-text.ts'
import { type Act, actOn, actOnMany, actorOf } from './work.ts'

export function alertRoutes(context: AlertsContext): BoundRoute[] {
  const { rules } = context
  return [
    bind(api.alertRules, async () => ({
      version: rules.version,
      effectiveFrom: rules.effective_from,
      legalBasis: rules.legal_basis,
      items: rules.rules.map((rule) => ({
        id: rule.id,
        kind: rule.kind,
        severity: rule.severity,
        title: rule.title,
        text: ruleText(rule),
        enabled: rule.enabled,
      })),
      reasons: rules.reasons,
    })),
    bind(api.alertRuleDryRun, async ({ body }) =>
      dryRun(context, { rule: body.rule, from: toMs(body.from), to: toMs(body.to) }),
    ),
    bind(api.alerts, async ({ query }) => {
      const { limit, cursor, ...filters } = query
      const page = await alertPage(context, filters, { cursor: cursor ?? '', limit })
      return { items: page.alerts.map(present), cursor: page.next }
    }),
    bind(api.alert, async ({ params, now }) => detailOf(context, params.id, now)),
    bind(api.alertEvidence, (call) => evidencePack(context, call)),
    ...workRoutes(context),
  ]
}

function workRoutes(context: AlertsContext): BoundRoute[] {
  return [
    bind(api.alertAcknowledge, async ({ params, body, person }) =>
      actOn(context, params.id, person, [acknowledging(actorOf(person), body.reason)]),
    ),
    bind(api.alertsAcknowledge, async ({ body, person }) =>
      actOnMany(context, body.ids, person, acknowledging(actorOf(person), body.reason)),
    ),
    bind(api.alertAssign, async ({ params, body, person }) =>
      actOn(context, params.id, person, [assigning(context, body.owner, body.reason)]),
    ),
    bind(api.alertDispatch, async ({ params, body, person }) =>
      actOn(context, params.id, person, [
        ...(body.owner ? [assigning(context, body.owner)] : []),
        { input: { kind: 'dispatch' }, text: withReason('派遣', body.reason) },
      ]),
    ),
    bind(api.alertHandle, async ({ params, body, person }) =>
      actOn(context, params.id, person, [{ input: { kind: 'handle' }, text: withReason('开始处置', body.reason) }]),
    ),
    bind(api.alertResolve, async ({ params, body, person }) =>
      actOn(context, params.id, person, [
        { input: { kind: 'resolve', disposal: body.disposal }, text: withReason('解决', body.disposal) },
      ]),
    ),
    bind(api.alertClose, async ({ params, body, person }) =>
      actOn(context, params.id, person, [
        { input: { kind: 'close', reason: body.reason ?? '' }, text: withReason('关闭', body.reason) },
      ]),
    ),
  ]
}

const withReason = (what: string, reason: string | undefined): string => (reason ? `${what}：${reason}` : what)

const acknowledging = (by: { post: string; username: string }, reason: string): Act => ({
  input: { kind: 'acknowledge', by, reason },
  text: `确认：${reason}`,
})

/** Owners are posts: an alert of a person would put a name on the wall. */
function assigning(context: AlertsContext, owner: string, reason?: string): Act {
  if (context.isPerson?.(owner))
    throw new Refusal('unprocessable', '告警归岗位，不归个人', [{ path: 'owner', message: '请写岗位，不写姓名' }])
  const name = context.postName(owner)
  return { input: { kind: 'assign', owner: name }, text: withReason(`归属 ${name}`, reason) }
}

export const toMs = (moment: number | string): number =>
  typeof moment === 'number' ? moment : Temporal.Instant.from(moment).epochMilliseconds
