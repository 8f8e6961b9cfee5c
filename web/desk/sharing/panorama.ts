import type { Measure, PanoramaPart, PanoramaSection } from '../../../contract/http/sharing-panorama.ts'

/** Which number is opened. */
export interface Drill {
  section: PanoramaSection
  measure: Measure
  dim: string | undefined
  value: string | undefined
  month: string | undefined
}

/** What the rows are of, in words. Pure. */
export function drillWords({ measure, dim, value, month }: Drill, part: PanoramaPart): string {
  const what = measure === 'open' ? part.openName : measure === 'in' ? part.inName : (part.outName ?? '')
  const structure = part.structures.find((one) => one.dim === dim)
  return [
    month
      ? `${month.slice(0, 4)} 年 ${Number(month.slice(5))} 月${what}`
      : measure === 'open'
        ? what
        : `近 12 个月${what}`,
    structure && value ? `${structure.name.replace(/（.*）$/, '')}：${value}` : '',
  ]
    .filter(Boolean)
    .join(' · ')
}

/** By which measure a structure is counted: its name says so. */
export const measureOf = (name: string): Measure => (name.includes('近 12 个月') ? 'in' : 'open')

/** Heights of the bars of both series, share of the highest; null = not counted. */
export function bars(months: PanoramaPart['months']): { month: string; in: number | null; out: number | null }[] {
  const top = Math.max(1, ...months.flatMap((one) => [one.in ?? 0, one.out ?? 0]))
  const height = (value: number | null) => (value === null ? null : Math.round((value / top) * 100))
  return months.map((one) => ({ month: one.month, in: height(one.in), out: height(one.out) }))
}
