import { searchRoutes } from '../../../contract/http/search.ts'
import { type BoundRoute, bind, type Reader } from '../../feature.ts'
import { ask } from './ask.ts'
import type { SearchContext } from './context.ts'
import { type Rebuild, rebuildState } from './rebuild.ts'
import type { Words } from './words.ts'
import { on } from './writer.ts'

export function routesOf(context: SearchContext, words: Words, rebuild: Rebuild): BoundRoute[] {
  const read = () => context.records.read
  return [
    bind(searchRoutes.search, async ({ person, query, now }) => {
      const { limit, cursor, ...filters } = query
      return ask(context, words, { person, filters, limit, cursor: cursor ?? '', now })
    }),
    bind(searchRoutes.state, async () => ({
      records: await rowsOf(read(), 'search_doc'),
      waiting: await rowsOf(read(), 'search_mark'),
      rebuild: await rebuildState(read()),
    })),
    bind(searchRoutes.rebuild, async () => {
      await rebuild.begin()
      return rebuildState(read())
    }),
    bind(searchRoutes.cancel, async () => {
      await rebuild.cancel()
      return rebuildState(read())
    }),
  ]
}
async function rowsOf(db: Reader, table: 'search_doc' | 'search_mark'): Promise<number> {
  const counted = on(db)
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('n'))
  return Number((await counted.executeTakeFirstOrThrow()).n)
}
