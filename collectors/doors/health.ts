import type { SourceContext } from '../source.ts'

export type DeviceHealth = { state: 'ok' | 'degraded' | 'failed'; reason?: string; skewS?: number }

/** One source, several controllers: what the wall is told is the worst that still lets the rest be seen. */
export class DevicesHealth {
  readonly #context: Pick<SourceContext, 'state' | 'skew'>
  readonly #devices = new Map<string, DeviceHealth>()

  constructor(context: Pick<SourceContext, 'state' | 'skew'>) {
    this.#context = context
  }

  set(device: string, health: DeviceHealth): void {
    this.#devices.set(device, { ...this.#devices.get(device), reason: undefined, ...health })
    const { state, reason } = summary(this.#devices)
    this.#context.state(state, reason)
  }

  skew(device: string, seconds: number): void {
    this.#devices.set(device, { state: 'ok', ...this.#devices.get(device), skewS: seconds })
    const all = [...this.#devices.values()].flatMap(({ skewS }) => (skewS === undefined ? [] : [skewS]))
    this.#context.skew(all.reduce((worst, one) => (Math.abs(one) > Math.abs(worst) ? one : worst), 0))
  }
}

const MAX_REASON = 200

function summary(devices: ReadonlyMap<string, DeviceHealth>): DeviceHealth {
  const bad = [...devices].filter(([, { state }]) => state !== 'ok')
  if (bad.length === 0) return { state: 'ok' }
  const failed = bad.length === devices.size && bad.every(([, { state }]) => state === 'failed')
  const reason = bad.map(([device, one]) => `${device}：${one.reason ?? '异常'}`).join('；')
  return { state: failed ? 'failed' : 'degraded', reason: reason.slice(0, MAX_REASON) }
}
