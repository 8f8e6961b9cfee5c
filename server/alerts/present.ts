import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { Alert } from './types.ts'
import { clockText } from './words.ts'

/** What of an alert may leave, field by field. */
export const present = (alert: Alert): AlertItem => ({
  id: alert.id,
  version: alert.version,
  cause: alert.cause,
  severity: alert.severity,
  state: alert.state,
  step: alert.step,
  domain: alert.domain,
  object: alert.object,
  title: alert.title,
  why: alert.why,
  count: alert.count,
  firstAt: alert.firstAt,
  lastAt: alert.lastAt,
  owner: alert.owner,
  escalatesAt: alert.escalatesAt,
  returnedAt: alert.returnedAt,
  silencedUntil: alert.silencedUntil,
  demo: alert.demo,
  ...(alert.kind === 'drill' ? { drill: true } : {}),
  next: alert.next,
  facts: [...alert.facts, ...climbed(alert)],
})

const climbed = ({ escalatedTo, escalatedAt }: Alert): AlertItem['facts'] =>
  escalatedTo && escalatedAt !== null
    ? [{ label: '升级', text: `${clockText(escalatedAt)} 无人确认，已升级至 ${escalatedTo}` }]
    : []
