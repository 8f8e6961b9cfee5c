import { MEASUREMENTS, type Measurement, type MeasurementName } from '../../contract/measurements.ts'
import type { Clock } from '../clock.ts'
import type { MetricPoint } from '../feature.ts'
import type { Backlog, Dirty, DueBucket } from './backlog.ts'
import { bucketOf, DAY, HOUR } from './buckets.ts'
import type { MetricStore, SelectedRow, Selection } from './port.ts'
import { POINTS, rollupName, SUMMARIES, summaryField } from './schema.ts'
import { stampOf } from './stamp.ts'

/**
 * Hour and day buckets, reckoned in the application because InfluxDB's continuous queries look at the last closed
 * interval only and miss late data (protocols.md 6.3). Whatever touches a bucket makes it dirty; a dirty bucket is
 * reckoned again as a whole and overwrites itself, so order, repetition and lateness do not matter.
 */
export const ROLLUP_DELAY = { hour: 10_000, day: 20_000 } as const
/** A bucket that is expensive to reckon is reckoned less often: at most a twentieth of the time. */
const COST_FACTOR = 20

const declared = (name: string): Measurement | undefined =>
  Object.hasOwn(MEASUREMENTS, name) ? MEASUREMENTS[name as MeasurementName] : undefined

/** Hours that these points touch. */
export function touchedHours(points: readonly MetricPoint[]): Dirty[] {
  const dirty = new Map<string, Dirty>()
  let last: Dirty | undefined
  for (const point of points) {
    const bucket = bucketOf(stampOf(point).ms, HOUR)
    // Most points fall where the one before fell.
    if (last?.bucket === bucket && last.measurement === point.measurement) continue
    if (!declared(point.measurement)?.rollup) continue
    last = { measurement: point.measurement, width: 'hour', bucket }
    dirty.set(`${point.measurement} ${bucket}`, last)
  }
  return [...dirty.values()]
}

/** What to ask for one bucket: hours from the points, days from the hours. */
export function bucketSelection({ measurement, width, bucket }: Dirty): Selection | undefined {
  const schema = declared(measurement)
  if (!schema?.rollup) return undefined
  const { tags, fields, counts } = schema.rollup
  const common = { from: bucket, width: null, where: {}, by: tags }
  if (width === 'hour') {
    const columns: Selection['columns'] = [
      { field: counts, aggregate: 'count' as const },
      ...fields.flatMap((field) =>
        SUMMARIES.map((summary) => ({ field, aggregate: summary === 'n' ? ('count' as const) : summary })),
      ),
    ]
    return { ...common, to: bucket + HOUR, measurement, keep: schema.keep, columns }
  }
  const columns: Selection['columns'] = [
    { field: POINTS, aggregate: 'sum' as const },
    ...fields.flatMap((field) =>
      SUMMARIES.map((summary) => ({
        field: summaryField(field, summary),
        aggregate: summary === 'n' ? ('sum' as const) : summary,
      })),
    ),
  ]
  const hours = rollupName(measurement as MeasurementName, 'hour')
  return { ...common, to: bucket + DAY, measurement: hours, keep: 'hour', columns }
}

/** The bucket's rows as points of the rollup measurement. */
export function bucketPoints({ measurement, width, bucket }: Dirty, rows: readonly SelectedRow[]): MetricPoint[] {
  const fields = declared(measurement)?.rollup?.fields ?? []
  const names = [POINTS, ...fields.flatMap((field) => SUMMARIES.map((summary) => summaryField(field, summary)))]
  return rows.map(({ tags, values }) => ({
    measurement: rollupName(measurement as MeasurementName, width),
    at: bucket,
    tags: Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== '')),
    fields: Object.fromEntries(
      names.flatMap((name, index) => {
        const value = values[index]
        return value === null || value === undefined ? [] : [[name, value]]
      }),
    ),
  }))
}

export interface RollupDeps {
  store: MetricStore
  backlog: Backlog
  clock: Clock
  retention: { rawDays: number; eventsDays: number }
}

export class Rollup {
  readonly #deps: RollupDeps
  readonly #cost = new Map<string, number>()

  constructor(deps: RollupDeps) {
    this.#deps = deps
  }

  /** When a bucket touched now should be reckoned. */
  dueAt({ measurement, width }: Dirty): number {
    const cost = this.#cost.get(`${measurement} ${width}`) ?? 0
    return this.#deps.clock.now() + Math.max(ROLLUP_DELAY[width], cost * COST_FACTOR)
  }

  /** Reckons what is due. @returns how many buckets · @throws StoreUnavailable, the rest stays dirty */
  async run(now = this.#deps.clock.now()): Promise<number> {
    const due = this.#deps.backlog.due(now)
    for (const bucket of due) await this.#reckon(bucket)
    return due.length
  }

  async #reckon(bucket: DueBucket): Promise<void> {
    const { store, backlog, clock } = this.#deps
    const selection = bucketSelection(bucket)
    if (selection && !this.#partlyExpired(bucket)) {
      const begun = clock.now()
      await store.write(bucketPoints(bucket, await store.select(selection)))
      this.#cost.set(`${bucket.measurement} ${bucket.width}`, Math.max(0, clock.now() - begun))
      if (bucket.width === 'hour') {
        const day: Dirty = { ...bucket, width: 'day', bucket: bucketOf(bucket.bucket, DAY) }
        backlog.touch(day, this.dueAt(day))
      }
    }
    backlog.done(bucket, this.dueAt(bucket))
  }

  /** Reckoning an hour whose points are already being deleted would forget them in the rollup too. */
  #partlyExpired({ measurement, width, bucket }: Dirty): boolean {
    if (width === 'day') return false
    const { rawDays, eventsDays } = this.#deps.retention
    const days = declared(measurement)?.keep === 'raw' ? rawDays : eventsDays
    return bucket < this.#deps.clock.now() - days * DAY
  }
}
