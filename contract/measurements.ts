import type { Family } from './catalogue.ts'

/**
 * Every measurement of the metrics store, declared once (protocols.md sections 6.3 and 9). Tags are bounded sets; ids,
 * persons, addresses, paths and free text are fields. A field's kind is fixed for ever: InfluxDB refuses another one.
 */
export type FieldKind = 'integer' | 'float' | 'string' | 'boolean'
/** How long points stay: `raw` gauges, `events` (网络安全法: at least six months), `hour` rollups. */
export type Keep = 'raw' | 'events' | 'hour'

export interface Measurement {
  keep: Keep
  tags: readonly string[]
  fields: Readonly<Record<string, FieldKind>>
  /** Hour and day buckets are kept by these tags; `fields` are summed up, `counts` is the field that counts points. */
  rollup?: { tags: readonly string[]; fields: readonly string[]; counts: string }
}

const COMMON_TAGS = ['domain', 'collector', 'device', 'object', 'type', 'outcome', 'severity', 'dept'] as const
const COMMON_FIELDS = {
  eid: 'string',
  observed_ms: 'integer',
  received_ms: 'integer',
  backfill: 'boolean',
  native_id: 'string',
} as const

const event = (
  tags: readonly string[],
  fields: Record<string, FieldKind>,
  rollup: { tags: readonly string[]; fields?: readonly string[] },
): Measurement => ({
  keep: 'events',
  tags: [...COMMON_TAGS, ...tags],
  fields: { ...COMMON_FIELDS, ...fields },
  rollup: { tags: rollup.tags, fields: rollup.fields ?? [], counts: 'eid' },
})

const gauge = (tags: readonly string[], fields: Record<string, FieldKind>): Measurement => {
  const numbers = Object.keys(fields).filter((name) => fields[name] === 'integer' || fields[name] === 'float')
  return { keep: 'raw', tags, fields, rollup: { tags, fields: numbers, counts: numbers[0] ?? '' } }
}

export const EVENT_MEASUREMENTS: Readonly<Record<Family, Measurement>> = {
  terminal_event: event(
    ['engine', 'action'],
    {
      host: 'string',
      ip: 'string',
      mac: 'string',
      user_h: 'string',
      name: 'string',
      path: 'string',
      sha1: 'string',
      dst: 'string',
      rule_id: 'string',
      count: 'integer',
    },
    { tags: ['type', 'severity', 'object'], fields: ['count'] },
  ),
  access_event: event(
    ['door', 'direction', 'credential', 'reason'],
    { person_h: 'string', reader: 'integer', verify_mode: 'string' },
    { tags: ['type', 'object', 'reason'] },
  ),
  door_event: event(
    ['door'],
    { open_s: 'float', grants: 'integer', derived: 'boolean' },
    { tags: ['type', 'object'], fields: ['open_s'] },
  ),
  patrol_event: event(
    ['route', 'point', 'result', 'proof'],
    { person_h: 'string', wand: 'string', plan_ms: 'integer', delta_s: 'integer' },
    { tags: ['type', 'route', 'result'], fields: ['delta_s'] },
  ),
  case_event: event(
    ['case_type', 'node', 'colour'],
    { case_h: 'string', handler_h: 'string', days_left: 'integer', from: 'string', to: 'string', rule_ver: 'string' },
    { tags: ['type', 'dept', 'case_type', 'colour'] },
  ),
  collector_event: event(['state'], { reason: 'string' }, { tags: ['type', 'collector'] }),
  pipeline_event: event(['stage'], { reason: 'string' }, { tags: ['type'] }),
}

export const GAUGE_MEASUREMENTS = {
  terminal_gauge: gauge(['dept', 'os_family'], {
    total: 'integer',
    online: 'integer',
    offline: 'integer',
    protected: 'integer',
    outdated_sig: 'integer',
    unpatched: 'integer',
    online_rate: 'float',
    protect_rate: 'float',
  }),
  av_engine: gauge(['engine', 'host'], {
    up: 'boolean',
    sig_version: 'integer',
    sig_age_h: 'float',
    queue: 'integer',
    threads: 'integer',
    mem_mb: 'float',
  }),
  access_gauge: gauge(['door'], {
    granted: 'integer',
    denied: 'integer',
    inside_est: 'integer',
    clock_skew_s: 'float',
    buffer_gap: 'integer',
  }),
  patrol_round: gauge(['route', 'status'], {
    planned: 'integer',
    done: 'integer',
    late: 'integer',
    missed: 'integer',
    completion: 'float',
    duration_s: 'integer',
  }),
  case_gauge: gauge(['dept', 'case_type', 'node'], {
    open: 'integer',
    accepted_today: 'integer',
    closed_today: 'integer',
    overdue: 'integer',
    due_3d: 'integer',
    avg_days: 'float',
    close_rate: 'float',
  }),
  collector_health: gauge(['domain', 'collector', 'state'], {
    lag_s: 'float',
    spool: 'integer',
    spool_bytes: 'integer',
    quarantined: 'integer',
    dropped: 'integer',
    dup: 'integer',
    rate: 'float',
    last_ok_ms: 'integer',
    skew_s: 'float',
  }),
  pipeline_health: gauge(['stage'], {
    inflight: 'integer',
    retry: 'integer',
    rejected: 'integer',
    p95_ms: 'float',
    clients: 'integer',
    slow_clients: 'integer',
  }),
  /** Figures of the wall over time. */
  figure: gauge(['name'], { value: 'float' }),
} satisfies Record<string, Measurement>

export type GaugeName = keyof typeof GAUGE_MEASUREMENTS
export type MeasurementName = Family | GaugeName
export const MEASUREMENTS: Readonly<Record<MeasurementName, Measurement>> = {
  ...EVENT_MEASUREMENTS,
  ...GAUGE_MEASUREMENTS,
}
