import type { AlertFilters } from '../../contract/http/alerts.ts'
import { Refusal } from '../refusal.ts'
import type { AlertsContext } from './context.ts'
import { orderOf } from './ids.ts'
import { listAlerts } from './queries.ts'
import type { Alert } from './types.ts'

/** A page of the list and of its export: one way from conditions to rows. */
export async function alertPage(
  context: AlertsContext,
  { state, severity, domain, step, ...rest }: AlertFilters,
  { cursor, limit, drills = true }: { cursor: string; limit: number; drills?: boolean },
): Promise<{ alerts: Alert[]; next: string | null }> {
  const found = await listAlerts(context.records.read, {
    ...rest,
    states: listed(state),
    severities: listed(severity),
    domains: listed(domain),
    steps: listed(step),
    before: cursor ? ordOf(cursor) : undefined,
    limit: limit + 1,
    drills,
  })
  const alerts = found.slice(0, limit)
  return { alerts, next: found.length > limit ? (alerts.at(-1)?.id ?? null) : null }
}

export const listed = (text: string | undefined): string[] =>
  text
    ? text
        .split(',')
        .map((word) => word.trim())
        .filter(Boolean)
    : []

function ordOf(id: string): number {
  const order = orderOf(id)
  if (order === undefined)
    throw new Refusal('bad-input', '翻页标记无效', [{ path: 'cursor', message: '翻页标记无效，请从头开始' }])
  return order
}
