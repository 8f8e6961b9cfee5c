/**
 * What to tell a chart, decided without one. Only what changed goes to `setOption`; a change of axes or of the number
 * of series replaces the whole picture.
 */
export interface ChartOption {
  series: readonly object[]
  [part: string]: unknown
}
export type Plan = { kind: 'none' } | { kind: 'series'; option: { series: object[] } } | { kind: 'replace' }

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

export function planUpdate(before: ChartOption | null, after: ChartOption): Plan {
  if (!before || before.series.length !== after.series.length) return { kind: 'replace' }
  const { series: oldSeries, ...oldRest } = before
  const { series: newSeries, ...newRest } = after
  if (!same(oldRest, newRest)) return { kind: 'replace' }
  const changed = newSeries.map((one, n) => (same(one, oldSeries[n]) ? {} : one))
  return changed.every((one) => Object.keys(one).length === 0)
    ? { kind: 'none' }
    : { kind: 'series', option: { series: changed } }
}
