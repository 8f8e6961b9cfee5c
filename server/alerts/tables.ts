// Type aliases, not interfaces: kysely's withTables asks for an index signature.

export type AlertTable = {
  id: string
  ord: number
  kind: string
  version: number
  cause: string
  rule: string
  rule_version: string
  severity: string
  state: string
  step: string
  domain: string
  object: string | null
  title: string
  why: string
  next: string | null
  facts: string
  count: number
  first_at: number
  last_at: number
  clearable: number
  demo: number
  returned_at: number | null
  owner: string | null
  unack_since: number
  rung: number
  escalates_at: number | null
  escalated_to: string | null
  escalated_at: number | null
  acked_at: number | null
  ack_reason: string | null
  resolved_at: number | null
  disposal: string | null
  closed_at: number | null
  normal_at: number | null
  silenced_until: number | null
  created_at: number
}
export type HistoryTable = {
  alert_id: string
  version: number
  at: number
  happened_at: number
  reason: string
  text: string
  post: string | null
  username: string | null
  state: string
  step: string
  severity: string
  count: number
  event_id: string | null
}
export type EvidenceTable = {
  alert_id: string
  event_id: string
  cause: string
  type: string | null
  observed_ms: number
  sha256: string | null
  excerpt: string | null
}
export type SilenceTable = {
  id: string
  cause: string | null
  rule: string | null
  object: string | null
  reason: string
  until_ms: number
  created_at: number
  post: string
  username: string
  ended_at: number | null
}
export type AlertTables = {
  alert: AlertTable
  alert_history: HistoryTable
  alert_evidence: EvidenceTable
  alert_silence: SilenceTable
  /** Last number given out per office day. */
  alert_number: { day: string; last: number }
  /** New alerts per rule and turn: the storm's measure. */
  alert_birth: { rule: string; at: number; births: number }
  /** What count rules have seen within their window. */
  alert_occurrence: { cause: string; at: number; event_id: string; sha256: string | null; excerpt: string | null }
  alert_figure: { rule: string; since: number | null; raised: number; value: number | null }
  alert_painted: { alert_id: string; screen: string; at: number; received_at: number }
}
