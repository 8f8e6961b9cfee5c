import type { CDPSession, Page } from 'playwright-core'

/** A browser page that is watched over a long time. */
export interface Sample {
  minute: number
  heapMb: number
  nodes: number
  listeners: number
}

/** Heap after a forced collection, and what the document holds. */
export async function sample(session: CDPSession, minute: number): Promise<Sample> {
  for (let n = 0; n < 2; n += 1) await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const { metrics } = await session.send('Performance.getMetrics')
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0
  return { minute, heapMb: usedSize / 1e6, nodes: of('Nodes'), listeners: of('JSEventListeners') }
}

export async function watch(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.enable')
  await session.send('Performance.enable')
  return session
}

interface Timed {
  minute: number
}

/** Least squares, per minute. */
export function slope<One extends Timed>(samples: readonly One[], what: (one: One) => number): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const x = mean(samples.map(({ minute }) => minute))
  const y = mean(samples.map(what))
  const over = samples.reduce((sum, one) => sum + (one.minute - x) * (what(one) - y), 0)
  const under = samples.reduce((sum, one) => sum + (one.minute - x) ** 2, 0)
  return over / under
}

/** Growth from the first to the second half, in per cent: what comes and goes with the data is not growth. */
export function growth<One>(samples: readonly One[], what: (one: One) => number): number {
  const half = samples.length >> 1
  const mean = (part: readonly One[]) => part.reduce((sum, one) => sum + what(one), 0) / part.length
  return (mean(samples.slice(half)) / mean(samples.slice(0, half)) - 1) * 100
}

export const range = <One>(samples: readonly One[], what: (one: One) => number): string => {
  const values = samples.map(what)
  return `${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}`
}
