import { count, emWidth } from '../../ui/format.ts'

/** A probability in two digits; what rounds to nothing says so. */
export const pWords = (p: number | null): string => (p === null ? 'p –' : p < 0.01 ? 'p < 0.01' : `p = ${p.toFixed(2)}`)

export interface ReasonCount {
  reason: string
  count: number
}

/**
 * What fits into `lines` of `em` each, the largest first; all others together as 其余, so that the sum stays whole. Pure.
 */
export function foldReasons(reasons: readonly ReasonCount[], em: number, lines = 2): ReasonCount[] {
  const sorted = [...reasons].sort((a, b) => b.count - a.count)
  for (let keep = sorted.length; keep > 0; keep--) {
    const rest = sorted.slice(keep).reduce((sum, one) => sum + one.count, 0)
    const shown = rest > 0 ? [...sorted.slice(0, keep), { reason: '其余', count: rest }] : sorted
    if (linesOf(shown, em) <= lines) return shown
  }
  return [{ reason: '合计', count: sorted.reduce((sum, one) => sum + one.count, 0) }]
}

/** Space between two of them, em. */
const GAP = 0.8
function linesOf(reasons: readonly ReasonCount[], em: number): number {
  let lines = 1
  let used = 0
  for (const one of reasons) {
    const width = emWidth(`${one.reason} ${count(one.count)}`) + GAP
    if (used > 0 && used + width > em + GAP) {
      lines++
      used = 0
    }
    used += width
  }
  return lines
}
