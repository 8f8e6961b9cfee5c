import type { Turn } from '../../feature.ts'
import type { Followed, Item } from './port.ts'
import { addToCells, dropItems, forget, itemsOf, putItems, readMark, writeMark } from './repository.ts'
import { deltas } from './rules.ts'

/** Things of one step, and steps of one turn: the first count of a large office runs in many short turns. */
const STEP = 1000
const STEPS = 5

/** Counts what has changed since the mark, in the turn that moves the mark: a crash leaves neither half. */
export async function follow(turn: Turn, source: Followed): Promise<boolean> {
  const { section, shape } = source
  const mark = await readMark(turn.tx, section)
  if (mark && mark.shape !== shape) await forget(turn.tx, section)
  const known = mark?.shape === shape ? mark : { place: '', whole: 0 }
  let [place, whole] = [known.place, known.whole === 1]
  let caughtUp = false
  for (let step = 0; step < STEPS && !caughtUp; step++) {
    const told = await source.changed(turn.tx, place, STEP)
    await count(turn, source, told)
    place = told.place
    whole ||= told.whole
    caughtUp = told.caughtUp
  }
  if (place !== mark?.place || shape !== mark?.shape || (whole ? 1 : 0) !== mark?.whole)
    await writeMark(turn.tx, { section, shape, place, whole: whole ? 1 : 0, at_ms: turn.now })
  return caughtUp
}

async function count(turn: Turn, { section, dims }: Followed, told: { items: Item[]; gone: string[] }): Promise<void> {
  const after = new Map<string, Item | null>(told.items.map((item) => [item.id, trimmed(item)]))
  for (const id of told.gone) after.set(id, null)
  if (after.size === 0) return
  const before = await itemsOf(turn.tx, section, [...after.keys()])
  const changes = [...after].map(([id, now]) => ({ id, before: before.get(id) ?? null, after: now }))
  const real = changes.filter((one) => !same(one.before, one.after))
  const ids = dims.map(({ id }) => id)
  await addToCells(turn.tx, section, deltas(real, ids))
  await putItems(
    turn.tx,
    section,
    real.flatMap((one) => one.after ?? []),
  )
  await dropItems(
    turn.tx,
    section,
    real.filter((one) => one.after === null).map(({ id }) => id),
  )
}

/** As the columns hold it, so that what comes back compares equal. */
const trimmed = (item: Item): Item => ({
  ...item,
  dims: Array.from({ length: 4 }, (_, n) => item.dims[n]?.slice(0, 200) || null),
})
const same = (a: Item | null, b: Item | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.started === b.started &&
    a.ended === b.ended &&
    a.open === b.open &&
    a.dims.every((value, n) => value === b.dims[n]))
