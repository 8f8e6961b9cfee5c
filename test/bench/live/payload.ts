/** Events that each ring for a cause of its own, and what the product says of one. */
import type { EnvelopeInput } from '../../../contract/envelope.ts'
import type { AlertItem } from '../../../contract/panels/alerts.ts'

export const SITE = 'demo'
/**
 * Six rules of the two worst severities: each may fill thirty cards in a minute before the rest of it is gathered on one
 * that counts.
 */
const KINDS = [
  ['terminal', 'terminal.virus'],
  ['access', 'door.forced'],
  ['terminal', 'terminal.attack'],
  ['access', 'door.tamper'],
  ['terminal', 'terminal.edr_alert'],
  ['terminal', 'terminal.illegal_outreach'],
] as const

export interface Ring {
  domain: 'terminal' | 'access'
  event: EnvelopeInput
}

/** The n-th event; its object is its name on the way to the glass. */
export function ring(n: number, now: number): Ring {
  const [domain, type] = KINDS[n % KINDS.length] ?? KINDS[0]
  const at = new Date(now).toISOString()
  return {
    domain,
    event: {
      v: 1,
      id: `${now.toString(16).padStart(12, '0')}-b${n}`,
      type,
      site: SITE,
      collector: 'probe',
      object: objectName(n),
      observed_at: at,
      published_at: at,
      data: { host: `BENCH-${n}`, name: 'Trojan.Bench', action: 'failed', attack_type: '端口扫描', credential: 'card' },
    },
  }
}

export const objectName = (n: number): string => `bench:${String(n).padStart(5, '0')}`

/** As large as an alert of the product, for the baseline. */
export const alertLike = (event: EnvelopeInput): AlertItem => ({
  id: `A-20260101-${event.object ?? ''}`,
  version: 1,
  cause: `${event.type}:${event.object}`,
  severity: 'critical',
  state: 'unacknowledged',
  step: 'new',
  domain: 'access',
  object: event.object ?? null,
  title: `${event.object} 强行开启`,
  why: '没有合法刷卡而门开',
  count: 1,
  firstAt: Date.parse(event.observed_at),
  lastAt: Date.parse(event.observed_at),
  owner: '法警值班',
  escalatesAt: Date.parse(event.observed_at) + 120_000,
  returnedAt: null,
  silencedUntil: null,
  demo: true,
  next: '电话核实 8110，派法警到场',
  facts: [
    { label: '门', text: '刚刚打开' },
    { label: '终端', text: '无异常' },
  ],
})
