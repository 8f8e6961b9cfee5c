import type { InfluxDB } from 'influx'
import type { Keep } from '../../../contract/measurements.ts'
import type { MetricPoint } from '../../feature.ts'
import {
  type MetricStore,
  type SelectedRow,
  type Selection,
  type StoreHealth,
  StoreUnavailable,
  type WriteOutcome,
} from '../port.ts'
import { nanoText, stampOf } from '../stamp.ts'
import { bootstrap } from './bootstrap.ts'
import { type Agent, type InfluxSettings, influxClient } from './client.ts'
import { exchange } from './exchange.ts'
import { influxQl } from './influxql.ts'
import { rowsOf } from './rows.ts'
import { judgeUnavailable, judgeWrite, type Verdict } from './verdict.ts'
import { writePoints } from './write.ts'

/** InfluxDB 1.x and what speaks its API, through the `influx` package. */
export class InfluxStore implements MetricStore {
  readonly #settings: InfluxSettings
  readonly #client: InfluxDB
  readonly #agent: Agent

  constructor(settings: InfluxSettings) {
    this.#settings = settings
    const { client, agent } = influxClient(settings)
    this.#client = client
    this.#agent = agent
  }

  async write(points: readonly MetricPoint[]): Promise<WriteOutcome> {
    try {
      return await writePoints(points, this.#post)
    } catch (error) {
      const missing = error instanceof StoreUnavailable && error.reason === 'database_missing'
      if (!missing || !this.#settings.bootstrap) throw error
      await this.bootstrap()
      return writePoints(points, this.#post)
    }
  }

  #post = async (points: readonly MetricPoint[], keep: Keep): Promise<Verdict | undefined> => {
    const lines = points.map((point) => ({
      measurement: point.measurement,
      tags: point.tags,
      fields: point.fields,
      timestamp: nanoText(stampOf(point)),
    }))
    const options = { precision: 'n', retentionPolicy: keep, database: this.#settings.database } as const
    const { outcome, head } = await this.#exchange(() => this.#client.writePoints(lines, options))
    return outcome.ok ? undefined : judgeWrite(outcome.error, head)
  }

  async select(selection: Selection): Promise<SelectedRow[]> {
    if (Object.values(selection.where).some((values) => values.length === 0)) return []
    const { text, placeholders } = influxQl(selection)
    const { outcome, head } = await this.#exchange(() =>
      this.#client.queryRaw(text, { precision: 'ms', placeholders, database: this.#settings.database }),
    )
    if (!outcome.ok) throw judgeUnavailable(outcome.error, head)
    return rowsOf(outcome.value, selection)
  }

  async bootstrap(): Promise<void> {
    if (!this.#settings.bootstrap) return
    const { outcome, head } = await this.#exchange(() => bootstrap(this.#client, this.#settings), 4)
    if (!outcome.ok) throw judgeUnavailable(outcome.error, head)
  }

  async health(): Promise<StoreHealth> {
    const [host] = await this.#client.ping(this.#settings.timeoutMs)
    const ok = host?.online ?? false
    return { ok, version: host?.version ?? '', detail: ok ? '' : `${this.#settings.url} 没有应答` }
  }

  async close(): Promise<void> {
    this.#agent.destroy()
  }

  /** A little longer than the client's own timeout, which is the better message. */
  #exchange<Result>(act: () => Promise<Result>, requests = 1) {
    return exchange(act, { ms: requests * this.#settings.timeoutMs + 500, agent: this.#agent })
  }
}
