import { officeDate } from '../../../config/zone.ts'
import type { Feature, Turn } from '../../feature.ts'
import type { SearchContext } from './context.ts'
import { Gently } from './gently.ts'
import { generationOf } from './rebuild.ts'
import { remember, remembered } from './state.ts'
import { mark, on, reindex } from './writer.ts'

/**
 * Brings into the index what has changed. A mark is written by the transaction that changed the record and taken in the
 * order of writing; until it is taken, the record is in no answer, so that nobody sees what has just left their hands.
 */
const EVERY_MS = 1000
const AT_ONCE = 150

/** How many marks were taken. */
export async function catchUp(context: SearchContext, turn: Turn): Promise<number> {
  const { tx, now } = turn
  const marks = await on(tx).selectFrom('search_mark').selectAll().orderBy('seq').limit(AT_ONCE).execute()
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

/** Every second a few; when many wait (an import, a new day) the rest at once, gently. */
export function catchingUp(context: SearchContext): Required<Pick<Feature, 'ticks' | 'stop'>> {
  const { records, failed } = context
  const more = new Gently(
    records,
    async (turn) => (await catchUp(context, turn)) === AT_ONCE,
    (error) => failed(error, 'search catch-up'),
  )
  return {
    ticks: [
      {
        name: 'search-catch-up',
        everyMs: EVERY_MS,
        async run(turn) {
          await markDaily(context, turn)
          if ((await catchUp(context, turn)) === AT_ONCE) turn.afterCommit(() => more.go())
        },
      },
    ],
    stop: () => more.stop(),
  }
}
