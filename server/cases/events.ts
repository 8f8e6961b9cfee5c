import type { Config } from '../../config/load.ts'
import { officeTime } from '../../config/zone.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import type { AlertDesk, EventHandler, Records, StoredEvent, Tick, Turn } from '../feature.ts'
import { applyCaseEvent } from './apply.ts'
import { addHistory, claimRung, clearRung, loadCases, openCases, openRungs, saveCases } from './repository.ts'
import { type CaseRecord, caseId, daysLeft, daysWord, rungs } from './rules.ts'

export interface CasesDeps {
  config: Config
  records: Records
  alerts: AlertDesk
  freshness(sourceIds: readonly string[]): Promise<Freshness>
  /** Employee number behind the hash of an export's handler; undefined = not one of ours. */
  employeeOf?(hash: string): string | undefined
}

export const CASE_PANELS = ['flow', 'due-calendar', 'case-trend', 'structure'] as const

/** Files each `case.*` event in the case's record and history. */
export function caseHandler(deps: CasesDeps): EventHandler {
  return {
    name: 'cases',
    types: ['case.'],
    async handle(turn, events) {
      const named = events.flatMap((event) => {
        const caseNo = caseNoOf(event)
        return caseNo ? [{ event, caseNo }] : []
      })
      if (named.length === 0) return
      const records = await loadCases(turn.tx, [...new Set(named.map(({ caseNo }) => caseNo))])
      for (const { event, caseNo } of named) {
        const input = { type: event.type, at: event.observedMs, caseNo, data: withNumber(deps, event.data) }
        records.set(caseNo, applyCaseEvent(deps.config.flow, records.get(caseNo), input))
      }
      await saveCases(turn.tx, [...records.values()])
      await addHistory(
        turn.tx,
        named.map(({ event, caseNo }) => historyRow(event, caseNo)),
      )
      turn.touch(...CASE_PANELS)
    },
  }
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

/** Deadlines pass by time alone: each rung is told once for the same due date and taken back when it no longer holds. */
export function rungTick(deps: CasesDeps): Tick {
  return {
    name: 'case-rungs',
    everyMs: 15_000,
    async run(turn) {
      const today = officeTime(turn.now).toPlainDate()
      const open = await openCases(turn.tx)
      const standing = new Set<string>()
      for (const record of open)
        for (const rung of rungs(deps.config.flow, record, today)) {
          standing.add(`${record.id} ${record.due} ${rung}`)
          const claimed = await claimRung(turn.tx, {
            case_id: record.id,
            due: record.due ?? '',
            rung,
            fired_ms: turn.now,
          })
          if (claimed) await tell(turn, deps, record, rung, today)
        }
      for (const rung of await openRungs(turn.tx)) {
        if (standing.has(`${rung.case_id} ${rung.due} ${rung.rung}`)) continue
        await clearRung(turn.tx, rung, turn.now)
        await deps.alerts.clear(turn, `case.${rung.rung}:${rung.case_id}:${rung.due}`, turn.now)
      }
    },
  }
}

const RULES = {
  'last-day': 'case.custody-last-day',
  'over-detention': 'case.over-detention',
  overdue: 'case.overdue',
} as const

async function tell(
  turn: Turn,
  deps: CasesDeps,
  record: CaseRecord,
  rung: keyof typeof RULES,
  today: Temporal.PlainDate,
): Promise<void> {
  await deps.alerts.raise(turn, {
    cause: `case.${rung}:${record.id}:${record.due}`,
    rule: RULES[rung],
    domain: 'case',
    object: `case:${record.caseNo}`.slice(0, 128),
    at: turn.now,
    evidence: [],
    clearable: true,
    values: {
      caseNo: record.caseNo,
      kind: record.typeName,
      department: record.department ?? '未分案',
      due: record.due ?? '',
      days: daysWord(daysLeft(record.due ?? today.toString(), today)),
    },
  })
}
