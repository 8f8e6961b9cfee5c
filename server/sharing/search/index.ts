import type { Feature, SearchSource, Tx } from '../../feature.ts'
import { catchingUp } from './catch-up.ts'
import type { SearchContext, SearchDeps } from './context.ts'
import { postgresIndex } from './postgres.ts'
import { Rebuild } from './rebuild.ts'
import { routesOf } from './routes.ts'
import { sqliteIndex } from './sqlite.ts'
import { remember, remembered } from './state.ts'
import { searchMigrations } from './tables.ts'
import { Words } from './words.ts'
import { mark, on } from './writer.ts'

/** Another way of making tokens is another version: the index is then made anew by itself. */
const VERSION = '1'

/** A list of the configuration that has changed since the last start is read anew. */
async function markList(tx: Tx, { kind, print, keys }: SearchSource): Promise<void> {
  if (print === undefined || (await remembered(tx, `print.${kind}`)) === print) return
  const old = await on(tx).selectFrom('search_doc').select('ref').where('kind', '=', kind).execute()
  await mark(tx, kind, [...new Set([...old.map(({ ref }) => ref), ...(await keys(tx, '', 100_000))])])
  await remember(tx, `print.${kind}`, print)
}

/** One search box over everything that the caller may open. */
export function searchFeature(deps: SearchDeps): Feature & { rebuilt(): Promise<void> } {
  const context: SearchContext = { ...deps, index: deps.store === 'sqlite' ? sqliteIndex : postgresIndex }
  const rebuild = new Rebuild(context)
  const catching = catchingUp(context)
  return {
    name: 'search',
    rebuilt: () => rebuild.settled(),
    migrations: searchMigrations(deps.store),
    routes: routesOf(context, new Words(context), rebuild),
    ticks: catching.ticks,
    async start() {
      const version = `${VERSION} ${deps.sources.map(({ kind }) => kind).join(' ')}`
      const known = await deps.records.write(async ({ tx }) => {
        for (const { kind, watch } of deps.sources) if (watch) await context.index.watch(tx, kind, watch)
        const before = await remembered(tx, 'version')
        await remember(tx, 'version', version)
        for (const source of deps.sources) await markList(tx, source)
        return before === version
      })
      if (known) rebuild.go()
      else await rebuild.begin()
    },
    async stop() {
      await catching.stop()
      await rebuild.stop()
    },
  }
}
