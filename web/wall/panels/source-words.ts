import type { SourceItem } from '../../../contract/panels/sources.ts'

/** Seconds since the source itself was last heard; null = never. Counted here, so that it cannot stand still. */
export const sourceAge = (item: SourceItem, now: number): number | null =>
  item.lastOkAt === null ? null : Math.max(0, (now - item.lastOkAt) / 1000)

/** What the server called it, or past its own deadline meanwhile. */
export function isTrouble(item: SourceItem, now: number): boolean {
  const age = sourceAge(item, now)
  return item.state !== 'ok' || age === null || age > item.staleAfterS
}

/** All in their order while they fit; else those in trouble first, so that a cut never hides one. */
export function worstFirst(items: readonly SourceItem[], now: number, limit: number): SourceItem[] {
  if (items.length <= limit) return [...items]
  const rank = (item: SourceItem) => (isTrouble(item, now) ? 0 : 1)
  return [...items].sort((a, b) => rank(a) - rank(b)).slice(0, limit)
}
