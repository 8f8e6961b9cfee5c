import { caseRoutes } from '../../contract/http/cases.ts'
import { type BoundRoute, bind, type Principal, type Reader, type Tx } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { ClockDeps } from './clock-deps.ts'
import { type Act, allActs, insertActs, loadActs, voidAct } from './clock-store.ts'
import { problemOf, type Reason, reckonCases } from './clock-work.ts'
import { readLedger } from './ledger.ts'
import type { Prints } from './prints.ts'
import { findCase, saveCases } from './repository.ts'
import { type CaseRecord, caseState } from './rules.ts'
import { inScope, scopeOf } from './scope.ts'

type Deps = ClockDeps & { prints(): Prints; panels: readonly string[] }

/** The explained deadline of a case, and the acts that move its clock. */
export function clockRoutes(deps: Deps): BoundRoute[] {
  const { records } = deps
  const ledger = async (id: string, person: Principal, now: number) =>
    readLedger(deps, records.read, await seen(deps, records.read, id, person), now)
  /** One turn: the act, the new result and what it means for the ladder. */
  const change = (
    id: string,
    person: Principal,
    reason: Reason,
    act: (tx: Tx, record: CaseRecord, now: number) => Promise<void>,
  ): Promise<void> =>
    records.write(async (turn) => {
      const record = await seen(deps, turn.tx, id, person)
      if (caseState(record) === 'closed') throw new Refusal('unprocessable', '案件已办结，不再登记期限事项')
      await act(turn.tx, record, turn.now)
      const after = await reckonCases(deps, turn, [{ record, before: record }], reason, deps.prints())
      await saveCases(turn.tx, after, deps.prints().both)
      turn.touch(...deps.panels)
    })
  return [
    bind(caseRoutes.ledger, ({ params, person, now }) => ledger(params.id, person, now)),
    bind(caseRoutes.register, async ({ params, body, person, now }) => {
      await change(params.id, person, 'act', async (tx, record, at) => {
        const act: Act = {
          id: deps.newId(),
          caseId: record.id,
          type: body.type,
          on: body.on,
          ...(body.days === undefined ? {} : { days: body.days }),
          note: body.note,
          source: 'desk',
          by: person.username,
          at,
          void: null,
        }
        const own = (await loadActs(tx, [record.id])).get(record.id) ?? []
        // A double click has one effect.
        if (own.some(({ type, on, days }) => type === act.type && on === act.on && days === act.days)) return
        const problem = problemOf(deps, record, [...own, act])
        if (problem !== null) throw new Refusal('unprocessable', problem, [{ path: 'on', message: problem }])
        await insertActs(tx, [act])
      })
      return ledger(params.id, person, now)
    }),
    bind(caseRoutes.voidAct, async ({ params, body, person, now }) => {
      await change(params.id, person, 'void', async (tx, record, at) => {
        const found = (await allActs(tx, record.id)).find(({ id }) => id === params.actId)
        if (!found) throw new Refusal('not-found', '没有这项期限事项')
        if (found.void) return
        const rest = ((await loadActs(tx, [record.id])).get(record.id) ?? []).filter(({ id }) => id !== found.id)
        const problem = problemOf(deps, record, rest)
        if (problem !== null) throw new Refusal('unprocessable', `撤销后推算不通，请先撤销其后的事项：${problem}`)
        await voidAct(tx, found.id, { at, by: person.username, note: body.note })
      })
      return ledger(params.id, person, now)
    }),
  ]
}

/** A stranger's case answers like one that does not exist. */
async function seen(deps: Deps, db: Reader | Tx, id: string, person: Principal): Promise<CaseRecord> {
  const record = await findCase(db, id)
  if (!record || !inScope(scopeOf(deps, person), record)) throw new Refusal('not-found', '没有这件案件，或无权查看')
  return record
}
