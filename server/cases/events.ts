import type { Config } from '../../config/load.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import type { DeadlineEvent } from '../deadlines/rules.ts'
import type { AlertDesk, EventHandler, Records, StoredEvent, Turn } from '../feature.ts'
import { applyCaseEvent } from './apply.ts'
import type { ClockDeps } from './clock-deps.ts'
import { type Act, insertActs, loadActs } from './clock-store.ts'
import { problemOf, reckonCases } from './clock-work.ts'
import { actOfNode } from './clocks.ts'
import type { Prints } from './prints.ts'
import { addHistory, loadCases, saveCases } from './repository.ts'
import { type CaseRecord, caseId } from './rules.ts'
import { readdress } from './rung-desk.ts'

export interface CasesDeps {
  config: Config
  records: Records
  alerts: AlertDesk
  freshness(sourceIds: readonly string[]): Promise<Freshness>
  /** Employee number behind the hash of an export's handler; undefined = not one of ours. */
  employeeOf?(hash: string): string | undefined
  /** Findings of flow monitoring that are not settled, and notices past their day. */
  monitoring?(now: number): Promise<{ open: number; overdue: number }>
}

export const CASE_PANELS = ['flow', 'due-calendar', 'case-trend', 'structure'] as const

/** Files each `case.*` event in the case's record and history, and reckons the case's clocks anew. */
export function caseHandler(deps: CasesDeps & ClockDeps & { prints(): Prints }): EventHandler {
  return {
    name: 'cases',
    types: ['case.'],
    async handle(turn, events) {
      const named = events.flatMap((event) => {
        const caseNo = caseNoOf(event)
        return caseNo ? [{ event, caseNo }] : []
      })
      if (named.length === 0) return
      const known = await loadCases(turn.tx, [...new Set(named.map(({ caseNo }) => caseNo))])
      const records = new Map(known)
      const told: Act[] = []
      for (const { event, caseNo } of named) {
        const before = records.get(caseNo)
        const input = { type: event.type, at: event.observedMs, caseNo, data: withNumber(deps, event.data) }
        const after = applyCaseEvent(deps.config.flow, before, input)
        records.set(caseNo, after)
        const act = actOfNode(deps.config.clocks, before, after, event.observedMs)
        if (act) told.push(nodeAct(deps, turn, after.id, act))
      }
      await insertActs(turn.tx, await possible(deps, turn, told, records))
      const cases = [...records].map(([caseNo, record]) => ({ record, before: known.get(caseNo) }))
      const prints = deps.prints()
      await saveCases(turn.tx, await reckonCases(deps, turn, cases, 'event', prints), prints.both)
      await readdress(
        deps,
        turn,
        cases.flatMap(({ record, before }) => (before && isAnothers(before, record) ? [record] : [])),
      )
      await addHistory(
        turn.tx,
        named.map(({ event, caseNo }) => historyRow(event, caseNo)),
      )
      turn.touch(...CASE_PANELS)
    },
  }
}

const isAnothers = (before: CaseRecord, after: CaseRecord): boolean =>
  before.handlerNo !== after.handlerNo || before.department !== after.department

const nodeAct = (deps: ClockDeps, turn: Turn, caseId: string, act: DeadlineEvent): Act => ({
  id: deps.newId(),
  caseId,
  type: act.type,
  on: act.on,
  note: act.note ?? '',
  source: 'node',
  by: null,
  at: turn.now,
  void: null,
})

/** A node that does not fit the course of the clock is shown in the case's history; it must not stop the clock. */
async function possible(
  deps: ClockDeps,
  turn: Turn,
  told: readonly Act[],
  records: ReadonlyMap<string, CaseRecord>,
): Promise<Act[]> {
  if (told.length === 0) return []
  const byId = new Map([...records.values()].map((record) => [record.id, record]))
  const acts = await loadActs(turn.tx, [...byId.keys()])
  const kept: Act[] = []
  for (const act of told) {
    const record = byId.get(act.caseId)
    const own = acts.get(act.caseId) ?? []
    if (!record || problemOf(deps, record, [...own, act]) !== null) continue
    acts.set(act.caseId, [...own, act])
    kept.push(act)
  }
  return kept
}

/** Exports name the handler by hash only; our own staff list knows whose it is. */
function withNumber(deps: CasesDeps, data: Record<string, unknown>): Record<string, unknown> {
  if (data.handlerNo !== undefined || data.handler_h === undefined) return data
  const hash = data.handler_h
  return { ...data, handlerNo: typeof hash === 'string' ? (deps.employeeOf?.(hash) ?? null) : null }
}

const caseNoOf = (event: StoredEvent): string | undefined => {
  const given = typeof event.data.caseNo === 'string' ? event.data.caseNo : event.object?.replace(/^case:/, '')
  return given ? given.slice(0, 200) : undefined
}

const historyRow = (event: StoredEvent, caseNo: string) => ({
  event_id: event.id,
  case_id: caseId(caseNo),
  type: event.type,
  at_ms: event.observedMs,
  what: [event.data.from, event.data.to]
    .filter((part) => typeof part === 'string')
    .join(' → ')
    .slice(0, 400),
})
