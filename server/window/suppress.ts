import type { WindowRules } from '../../config/window.ts'

export interface Told {
  name: string
  title: string
  unit: string
  /** Null: too small to be told. */
  value: number | null
}
type Groups = WindowRules['statistics']['groups']

/**
 * Pure: numbers from 1 to `least − 1` are taken out; where that leaves only one gap among the parts of a total, the
 * next part goes too (or the total), so that nobody reckons the gap out of the rest.
 */
export function suppressed(items: readonly Told[], groups: Groups, least: number): Told[] {
  const values = new Map(items.map(({ name, value }) => [name, isSmall(value, least) ? null : value]))
  for (const { total, parts } of groups) {
    if (total === undefined || (values.get(total) ?? null) === null) continue
    const here = parts.filter((part) => values.has(part))
    const gaps = here.filter((part) => values.get(part) === null)
    if (gaps.length !== 1) continue
    const [next] = here
      .filter((part) => (values.get(part) ?? 0) > 0)
      .sort((a, b) => (values.get(a) ?? 0) - (values.get(b) ?? 0))
    values.set(next ?? total, null)
  }
  return items.map((item) => ({ ...item, value: values.get(item.name) ?? null }))
}
const isSmall = (value: number | null, least: number): boolean => value !== null && value > 0 && value < least
