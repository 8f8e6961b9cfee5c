import { z } from 'zod'
import { officeDate } from '../../config/zone.ts'
import { STATISTICS_CAPTION, windowRoutes } from '../../contract/http/window.ts'
import { type BoundRoute, bind, type DangerousAct, type Reader, type Tx } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { Refusal } from '../refusal.ts'
import type { WindowDeps } from './context.ts'
import { suppressed, type Told } from './suppress.ts'
import type { WindowTables as Tables } from './tables.ts'

const on = (db: Reader | Tx) => db.withTables<Tables>()
const Items = z.array(z.object({ name: z.string(), title: z.string(), unit: z.string(), value: z.number().nullable() }))
const Payload = z.object({ title: z.string(), items: Items })
type Payload = z.infer<typeof Payload>
const HOUR_MS = 3_600_000

/** Publishing takes two; what is approved is what was proposed, small numbers already out of it. */
export const publishAct = ({ config, newId }: WindowDeps): DangerousAct<Payload> => ({
  kind: 'window.publish',
  name: '发布统计',
  approve: 'window.approve',
  ttlMs: config.window.statistics.ttlHours * HOUR_MS,
  payload: Payload,
  async perform({ tx, now }, { title, items }, { proposer, approver }) {
    await on(tx)
      .insertInto('window_publication')
      .values({ id: newId(), title, items: JSON.stringify(items), published_ms: now, proposer, approver })
      .execute()
  },
})

export function statisticsRoutes(deps: WindowDeps, act: DangerousAct<Payload>): BoundRoute[] {
  const { records, config, approvals } = deps
  const { least } = config.window.statistics
  return [
    bind(windowRoutes.statistics, async ({ query }) => {
      const offset = offsetOf(query.cursor)
      const rows = await on(records.read)
        .selectFrom('window_publication')
        .selectAll()
        .orderBy('published_ms', 'desc')
        .orderBy('id')
        .offset(offset)
        .limit(query.limit)
        .execute()
      return {
        items: rows.map(({ title, items, published_ms }) => ({
          title,
          publishedOn: officeDate(Number(published_ms)),
          items: Items.parse(JSON.parse(items)).map(({ title, unit, value }) => ({ title, unit, value })),
        })),
        cursor: rows.length === query.limit ? String(offset + rows.length) : null,
        unit: config.site.unit,
        demo: config.site.demo,
        caption: STATISTICS_CAPTION,
        least,
      }
    }),
    bind(windowRoutes.publishable, async () => ({ items: await publishable(deps), least })),
    bind(windowRoutes.publish, async ({ body, person }) => {
      const wanted = new Set(body.names)
      const items = (await publishable(deps)).filter(({ name }) => wanted.has(name))
      if (items.length < wanted.size) throw new Refusal('unprocessable', '有指标不能发布，或眼下没有数据')
      const summary = items.map(({ title, unit, value }) => `${title} ${value ?? `不足 ${least}`} ${unit}`).join('；')
      const approval = await records.write((turn) =>
        approvals.propose(turn, act, person, {
          subject: body.title,
          summary: `${body.title}：${summary}`.slice(0, 500),
          reason: body.reason,
          payload: { title: body.title, items },
        }),
      )
      return { approval }
    }),
  ]
}

/** Figures of the rule file that hold now, as they would be told. Suppressed as one set: a choice of them opens nothing. */
async function publishable({ config, figure }: WindowDeps): Promise<Told[]> {
  const { groups, least } = config.window.statistics
  const names = groups.flatMap(({ total, parts }) => (total === undefined ? parts : [total, ...parts]))
  const found = await Promise.all([...new Set(names)].map((name) => figure(name)))
  const told = found.flatMap((one) =>
    one && one.value !== null && one.state === 'ok'
      ? [{ name: one.name, title: one.title, unit: one.unit, value: one.value }]
      : [],
  )
  return suppressed(told, groups, least)
}
