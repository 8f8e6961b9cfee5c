import type { ExhibitGroup } from '../../../contract/http/assist-exhibits.ts'

/** Moves within a list of exhibits; nothing is lost or doubled by any of them. */
export function movedGroup(groups: readonly ExhibitGroup[], at: number, step: 1 | -1): ExhibitGroup[] {
  const next = [...groups]
  const [group] = next.splice(at, 1)
  if (group) next.splice(Math.max(0, Math.min(next.length, at + step)), 0, group)
  return next
}
/** Past the edge of its group an exhibit goes into the neighbour. */
export function movedItem(groups: readonly ExhibitGroup[], group: number, at: number, step: 1 | -1): ExhibitGroup[] {
  const next = groups.map(({ name, items }) => ({ name, items: [...items] }))
  const own = next[group]
  const item = own?.items[at]
  if (!own || !item) return next
  const to = at + step
  if (to >= 0 && to < own.items.length) {
    own.items.splice(at, 1)
    own.items.splice(to, 0, item)
    return next
  }
  const neighbour = next[group + step]
  if (!neighbour) return next
  own.items.splice(at, 1)
  if (step > 0) neighbour.items.unshift(item)
  else neighbour.items.push(item)
  return next
}
/** A group that becomes empty goes along. */
export const withoutItem = (groups: readonly ExhibitGroup[], group: number, at: number): ExhibitGroup[] =>
  groups
    .map(({ name, items }, g) => ({ name, items: g === group ? items.filter((_, i) => i !== at) : items }))
    .filter(({ items }, g) => g !== group || items.length > 0)
