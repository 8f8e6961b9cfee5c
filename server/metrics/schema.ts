import { type FieldKind, MEASUREMENTS, type Measurement, type MeasurementName } from '../../contract/measurements.ts'

/** Rollup measurements follow from the declared ones: `access_event_hour`, `access_event_day`. */
export type RollupWidth = 'hour' | 'day'
export const rollupName = (measurement: MeasurementName, width: RollupWidth): string => `${measurement}_${width}`
/** Number of points in the bucket. */
export const POINTS = 'n'
export const SUMMARIES = ['sum', 'min', 'max', 'n', 'last'] as const
export type Summary = (typeof SUMMARIES)[number]
export const summaryField = (field: string, summary: Summary): string => `${field}_${summary}`

/** A sum of integers may pass 2^53, so sums are floats. */
const kindOf = (summary: Summary, field: FieldKind = 'float'): FieldKind =>
  summary === 'n' ? 'integer' : summary === 'sum' ? 'float' : field

function rollupMeasurement({ rollup, fields }: Measurement): Measurement | undefined {
  if (!rollup) return undefined
  const summaries: Record<string, FieldKind> = { [POINTS]: 'integer' }
  for (const field of rollup.fields)
    for (const summary of SUMMARIES) summaries[summaryField(field, summary)] = kindOf(summary, fields[field])
  return { keep: 'hour', tags: rollup.tags, fields: summaries }
}

function allMeasurements(): Record<string, Measurement> {
  const all: Record<string, Measurement> = { ...MEASUREMENTS }
  for (const [name, measurement] of Object.entries(MEASUREMENTS)) {
    const rollup = rollupMeasurement(measurement)
    if (!rollup) continue
    for (const width of ['hour', 'day'] as const) all[rollupName(name as MeasurementName, width)] = rollup
  }
  return all
}

/** Everything that may be written: declared measurements and their rollups. */
export const SCHEMA: Readonly<Record<string, Measurement>> = allMeasurements()
