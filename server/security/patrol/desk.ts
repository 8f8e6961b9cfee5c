import { patrolRoutes, type RoundItem } from '../../../contract/http/patrol.ts'
import { type BoundRoute, bind } from '../../feature.ts'
import { momentOf, offsetOf } from '../../offset.ts'
import { Refusal } from '../../refusal.ts'
import { DAY_MS, HOUR_MS, type SecurityDeps } from '../context.ts'
import { addCorrection, listCorrections, readManual, withCorrection } from './corrections.ts'
import { firstCheckIn, readCheckIns, saveResult } from './repository.ts'
import { assess, type Round, roundsBetween, roundWindow } from './rules.ts'

/** How far back rounds are listed and may be corrected. */
const LISTED_MS = 7 * DAY_MS

/** The desk's list of rounds with every point, and what people corrected. */
export function patrolDeskRoutes(deps: SecurityDeps & { newId(): string }): BoundRoute[] {
  const { patrol } = deps.config.site
  return [
    bind(patrolRoutes.rounds, async ({ query, now }) => {
      const all = (await rounds(now)).filter(
        (one) => (!query.route || one.route === query.route) && (!query.result || one.result === query.result),
      )
      const from = offsetOf(query.cursor)
      const items = all.slice(from, from + query.limit)
      return { items, cursor: from + query.limit < all.length ? String(from + query.limit) : null }
    }),
    bind(patrolRoutes.corrections, async ({ query }) => {
      const from = momentOf(query.cursor)
      const before = from ? { at: from.ms, id: from.id } : undefined
      const items = await listCorrections(deps.records.read, query.limit, before)
      const last = items.at(-1)
      return { items, cursor: last && items.length === query.limit ? `${last.at}_${last.id}` : null }
    }),
    bind(patrolRoutes.correct, async ({ body, person, now }) => {
      const known = (await rounds(now)).find(({ route, round }) => route === body.route && round === body.round)
      if (!known) throw new Refusal('not-found', '没有这一轮巡查，或已超过 7 天')
      if (known.startsAt > now) throw new Refusal('conflict', '这一轮还没有开始')
      const said = { id: deps.newId(), ...body, after: body.result, before: known.result, by: person.username }
      const { result: _result, ...correction } = said
      return deps.records.write(async (turn) => {
        await addCorrection(turn.tx, { ...correction, at: turn.now })
        await saveResult(turn.tx, { route: body.route, round: body.round, result: body.result, changed_ms: turn.now })
        for (const kind of ['missed', 'late'] as const)
          if (kind !== body.result)
            await deps.alerts.clear(turn, `patrol.${kind}:${body.route}:${body.round}`, turn.now)
        turn.touch('patrol')
        return { ...correction, at: turn.now }
      })
    }),
  ]

  /** Newest first; what may be walked now stands at the top. */
  async function rounds(now: number): Promise<RoundItem[]> {
    // Before its first touch the house knew nothing of rounds: that is no list of missed ones.
    const first = (await firstCheckIn(deps.records.read)) ?? now - 2 * DAY_MS
    const from = Math.max(now - LISTED_MS, first - 2 * HOUR_MS)
    const around = roundsBetween(patrol, from, now + 12 * HOUR_MS, deps.calendar).reverse()
    const checkIns = await readCheckIns(deps.records.read, now - LISTED_MS - HOUR_MS, now + HOUR_MS)
    const manual = await readManual(
      deps.records.read,
      around.map(({ id }) => id),
    )
    return around.flatMap((round) =>
      patrol.routes.map((route) => {
        const correction = manual.get(`${route.id} ${round.id}`)
        const assessment = withCorrection(assess(patrol, route, round, checkIns, now), correction)
        return present(route, round, assessment, correction !== undefined)
      }),
    )
  }

  function present(
    route: (typeof patrol.routes)[number],
    round: Round,
    { result, note, reached, points }: ReturnType<typeof assess>,
    corrected: boolean,
  ): RoundItem {
    const { due, closes } = roundWindow(patrol, round)
    const names = new Map(patrol.points.map(({ id, name }) => [id, name]))
    return {
      ...{ route: route.id, routeName: route.name, order: route.order, round: round.id, startsAt: round.startsAt },
      ...{ dueAt: due, closesAt: closes, result, note, corrected, reached, planned: route.points.length },
      points: points.map(({ point, ...rest }) => ({ id: point, name: names.get(point) ?? point, ...rest })),
    }
  }
}
