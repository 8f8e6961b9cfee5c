import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Gauges {
  sockets(): number
  ingest(): { waiting: number; turns: number; p95Ms: number | null }
  metricsBacklog(): number
}

/** What `/metrics` shows of ourselves. */
export class Telemetry {
  readonly #registry = new Registry()
  readonly #calls: Histogram<'route' | 'status'>
  readonly #painted: Histogram<'namespace'>

  constructor(gauges: Gauges) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry, prefix: 'sanling_' })
    this.#calls = new Histogram({
      name: 'sanling_http_seconds',
      help: 'Time to answer a call',
      labelNames: ['route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2],
      registers,
    })
    this.#painted = new Histogram({
      name: 'sanling_alert_painted_seconds',
      help: 'From the commit that told of an alert to the glass',
      labelNames: ['namespace'],
      buckets: [0.01, 0.03, 0.06, 0.1, 0.3, 1, 5],
      registers,
    })
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    gauge('sanling_live_sockets', 'Connected screens', gauges.sockets)
    gauge('sanling_ingest_waiting', 'Messages that wait for their commit', () => gauges.ingest().waiting)
    gauge('sanling_ingest_turns_total', 'Group commits', () => gauges.ingest().turns)
    gauge('sanling_ingest_p95_ms', '95th percentile from arrival to commit', () => gauges.ingest().p95Ms ?? 0)
    gauge('sanling_metrics_backlog', 'Points that wait for the metrics store', gauges.metricsBacklog)
  }

  served(call: { route: string; status: number; seconds: number }): void {
    this.#calls.observe({ route: call.route, status: String(call.status) }, call.seconds)
  }

  painted(namespace: string, seconds: number): void {
    if (seconds >= 0) this.#painted.observe({ namespace }, seconds)
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }
}
