import { MEASUREMENTS, type Measurement } from '../../contract/measurements.ts'
import { DAY, HOUR, wholeBuckets } from './buckets.ts'
import type { Aggregate, MetricStore, SelectedRow, Selection, SeriesAnswer, SeriesQuery } from './port.ts'
import { POINTS, rollupName, type Summary, summaryField } from './schema.ts'

/** A panel's question as a selection, and how its columns become one number. */
export interface Plan {
  source: SeriesAnswer['source']
  selection: Selection
  value(columns: (number | null)[]): number | null
}

type Column = Selection['columns'][number]

/** Pure: which buckets answer the question. @throws Error in Chinese on an unknown measurement, field or tag */
export function planSeries(query: SeriesQuery): Plan {
  const measurement = declared(query)
  const { from, to, width } = wholeBuckets(query)
  const where = query.where ?? {}
  const by = query.groupBy === undefined ? [] : [query.groupBy]
  const source = sourceOf(query, measurement, width)
  const common = { from, to, width, where, by }
  if (source === 'raw') {
    const columns: Column[] = [{ field: query.field, aggregate: query.aggregate }]
    const selection = { ...common, measurement: query.measurement, keep: measurement.keep, columns }
    return { source, selection, value: ([value]) => value ?? null }
  }
  const { columns, value } = fromSummaries(query.field, query.aggregate, measurement)
  const name = rollupName(query.measurement, source)
  return { source, selection: { ...common, measurement: name, keep: 'hour', columns }, value }
}

function declared(query: SeriesQuery): Measurement {
  const measurement = Object.hasOwn(MEASUREMENTS, query.measurement) ? MEASUREMENTS[query.measurement] : undefined
  if (!measurement) throw new Error(`没有这个指标：${query.measurement}`)
  const kind = Object.hasOwn(measurement.fields, query.field) ? measurement.fields[query.field] : undefined
  const numeric = kind === 'integer' || kind === 'float'
  if (!kind || (query.aggregate !== 'count' && !numeric))
    throw new Error(`指标 ${query.measurement} 没有这个数值字段：${query.field}`)
  for (const tag of tagsOf(query))
    if (!measurement.tags.includes(tag)) throw new Error(`指标 ${query.measurement} 没有这个标签：${tag}`)
  return measurement
}

const tagsOf = (query: SeriesQuery): string[] => [
  ...Object.keys(query.where ?? {}),
  ...(query.groupBy === undefined ? [] : [query.groupBy]),
]

function sourceOf(query: SeriesQuery, { rollup }: Measurement, width: number): SeriesAnswer['source'] {
  if (!rollup || query.source === 'raw' || width % HOUR !== 0) return 'raw'
  const counted = query.aggregate === 'count' && query.field === rollup.counts
  if (!counted && !rollup.fields.includes(query.field)) return 'raw'
  const tags = tagsOf(query)
  if (!tags.every((tag) => rollup.tags.includes(tag))) return 'raw'
  // The buckets of several series carry one time, so only raw points know which of them came last.
  if (
    query.aggregate === 'last' &&
    !rollup.tags.every((tag) => tag === query.groupBy || query.where?.[tag]?.length === 1)
  )
    return 'raw'
  return width % DAY === 0 ? 'day' : 'hour'
}

function fromSummaries(
  field: string,
  aggregate: Aggregate,
  { rollup }: Measurement,
): Pick<Plan, 'value'> & { columns: Column[] } {
  const one = (column: string, how: Aggregate) => ({
    columns: [{ field: column, aggregate: how }],
    value: ([value]: (number | null)[]) => value ?? null,
  })
  const summary = (name: Summary) => summaryField(field, name)
  switch (aggregate) {
    case 'count':
      return one(field === rollup?.counts ? POINTS : summary('n'), 'sum')
    case 'mean':
      return {
        columns: [
          { field: summary('sum'), aggregate: 'sum' },
          { field: summary('n'), aggregate: 'sum' },
        ],
        value: ([sum, n]) => (sum == null || !n ? null : sum / n),
      }
    default:
      return one(summary(aggregate), aggregate)
  }
}

/** Answers a panel's question from the store. */
export async function series(store: Pick<MetricStore, 'select'>, query: SeriesQuery): Promise<SeriesAnswer> {
  const plan = planSeries(query)
  return { source: plan.source, series: gather(await store.select(plan.selection), plan, query.groupBy) }
}

function gather(rows: readonly SelectedRow[], plan: Plan, groupBy: string | undefined): SeriesAnswer['series'] {
  const groups = new Map<string, { at: number; value: number }[]>()
  if (groupBy === undefined) groups.set('', [])
  for (const row of rows) {
    const value = plan.value(row.values)
    if (value === null) continue
    const group = groupBy === undefined ? '' : (row.tags[groupBy] ?? '')
    const points = groups.get(group)
    if (points) points.push({ at: row.at, value })
    else groups.set(group, [{ at: row.at, value }])
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, points]) => ({ group, points: points.sort((a, b) => a.at - b.at) }))
}
