import { z } from 'zod'
import { exportRoutes } from '../../contract/http/exports.ts'
import { type BoundRoute, bind, type Exporter, type Feature, type Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { type ExportDeps, ExportJobs } from './jobs.ts'
import { exportMigrations } from './tables.ts'

export type { ExportDeps } from './jobs.ts'

/** Lists as xlsx: what features register under `exports`, written in the background, fetched by who asked for it. */
export function exportsFeature(deps: ExportDeps): Feature {
  const jobs = new ExportJobs(deps)
  return {
    name: 'exports',
    migrations: exportMigrations,
    routes: routes(deps, jobs),
    ticks: [{ name: 'exports-expire', everywhere: true, everyMs: 60_000, run: async (turn) => jobs.expire(turn.now) }],
    start: () => jobs.start(),
    stop: () => jobs.stop(),
  }
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

function routes(deps: ExportDeps, jobs: ExportJobs): BoundRoute[] {
  const allowed = ({ permissions }: Principal) =>
    deps.exporters().filter(({ permission }) => permissions.has(permission))
  return [
    bind(exportRoutes.kinds, async ({ person }) => ({
      items: allowed(person).map(({ kind, title }) => ({ kind, title })),
      cursor: null,
    })),
    bind(exportRoutes.start, async ({ person, body, now, ip }) => {
      const exporter = deps.exporters().find(({ kind }) => kind === body.kind)
      if (!exporter) throw new Refusal('unprocessable', '没有这种导出', [{ path: 'kind', message: '没有这种导出' }])
      mustHold(exporter, person)
      const filters = readFilters(exporter, body.filters)
      return jobs.begin(exporter, { person, filters, now }, { ip, filters: JSON.stringify(body.filters) })
    }),
    bind(exportRoutes.list, async ({ person, query }) => {
      const own = jobs.own(person.id)
      const from = query.cursor ? own.findIndex(({ id }) => id === query.cursor) + 1 : 0
      const items = own.slice(from, from + query.limit)
      return { items, cursor: from + items.length < own.length ? (items.at(-1)?.id ?? null) : null }
    }),
    bind(exportRoutes.get, async ({ params, person }) => jobs.find(params.id, person.id)),
    bind(exportRoutes.cancel, ({ params, person }) => jobs.cancel(params.id, person.id, person.username)),
    bind(exportRoutes.file, async ({ params, person }) => {
      const { kind } = jobs.find(params.id, person.id)
      // The right may have been withdrawn since the export was made.
      const exporter = deps.exporters().find((one) => one.kind === kind)
      if (exporter) mustHold(exporter, person)
      return { ...(await jobs.download(params.id, person.id, person.username)), contentType: XLSX }
    }),
  ]
}

function mustHold({ permission, title }: Exporter, person: Principal): void {
  if (!person.permissions.has(permission)) throw new Refusal('forbidden', `您的岗位不能查看「${title}」`)
}

/** An unknown condition would silently give more rows than asked for: it is refused. */
function readFilters(exporter: Exporter, given: Readonly<Record<string, unknown>>): unknown {
  const parsed = exporter.filters.safeParse(given, { error: z.locales.zhCN().localeError })
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(({ path, message }) => ({
    path: ['filters', ...path].join('.'),
    message,
  }))
  throw new Refusal('bad-input', undefined, errors)
}
