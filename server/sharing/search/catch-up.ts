import { officeDate } from '../../../config/zone.ts'
import type { Tick, Turn } from '../../feature.ts'
import type { SearchContext } from './context.ts'
import { generationOf } from './rebuild.ts'
import { remember, remembered } from './state.ts'
import { BATCH, mark, on, reindex } from './writer.ts'

/**
 * Brings into the index what has changed. A mark is written by the transaction that changed the record and taken in the
 * order of writing; until it is taken, the record is in no answer, so that nobody sees what has just left their hands.
 */
const EVERY_MS = 1000

export async function catchUp(context: SearchContext, turn: Turn, most = BATCH): Promise<number> {
  const { tx, now } = turn
  const marks = await on(tx).selectFrom('search_mark').selectAll().orderBy('seq').limit(most).execute()
  if (marks.length === 0) return 0
  const generation = await generationOf(tx)
  for (const source of context.sources) {
    const refs = [...new Set(marks.flatMap(({ kind, ref }) => (kind === source.kind ? [ref] : [])))]
    if (refs.length === 0) continue
    await reindex(context.index, tx, source.kind, refs, await source.read(tx, refs, now), generation)
  }
  await on(tx)
    .deleteFrom('search_mark')
    .where(
      'seq',
      'in',
      marks.map(({ seq }) => seq),
    )
    .execute()
  return marks.length
}

/** A new day: colours by days left have changed. */
async function markDaily({ sources }: SearchContext, { tx, now }: Turn): Promise<void> {
  const today = officeDate(now)
  if ((await remembered(tx, 'day')) === today) return
  for (const { kind, daily } of sources) if (daily) await mark(tx, kind, await daily(tx))
  await remember(tx, 'day', today)
}

export const catchUpTick = (context: SearchContext): Tick => ({
  name: 'search-catch-up',
  everyMs: EVERY_MS,
  async run(turn) {
    await markDaily(context, turn)
    await catchUp(context, turn)
  },
})
