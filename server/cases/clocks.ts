import type { CaseClock, ClockRules } from '../../config/clocks.ts'
import { officeDate } from '../../config/zone.ts'
import {
  computeDeadline,
  type DeadlineBook,
  type DeadlineEvent,
  DeadlineRefusal,
  type LedgerRow,
} from '../deadlines/rules.ts'
import { type CaseRecord, caseState, EXPORT_ONLY } from './rules.ts'

/** Pure: which limits run in a case, from when, and what our own engine makes of them. */

export interface ClockSpec {
  name: string
  /** Rule id of deadlines.yaml; null = no rule of ours, the day is the export's. */
  rule: string | null
  main: boolean
  start: string | null
  /** The export's own 起算日 stands in for acceptance. */
  startedByExport: boolean
}

export interface ClockResult {
  /** Which run of the clock: 退补 and 改变管辖 begin a new one. */
  run: number
  /** `YYYY-MM-DD`; null while the clock stands still, or when nothing is known. */
  due: string | null
  stopped: { by: string; since: string; remaining: number | null } | null
  provisional: boolean
  rolledFrom: string | null
  ruleVersion: string
  legalBasis: string
  ledger: LedgerRow[]
  warnings: string[]
  /** Why our engine could not reckon it; the export's day stands then. */
  problem: string | null
}

const RESTARTS = ['resubmit', 'jurisdiction-change']
export const runOf = (acts: readonly DeadlineEvent[]): number =>
  1 + acts.filter(({ type }) => RESTARTS.includes(type)).length

const includes = (texts: readonly string[], ...where: (string | null)[]): boolean =>
  texts.some((part) => where.some((text) => text?.includes(part)))

function fits(clock: CaseClock, record: CaseRecord): boolean {
  if (!clock.kinds.includes(record.kind)) return false
  if (clock.custody !== undefined && clock.custody !== record.custody) return false
  if (clock.match.length > 0 && !includes(clock.match, record.typeName, record.node)) return false
  return clock.while.length === 0 || includes(clock.while, record.node)
}

/** Clocks of an open case, the main one first; none of a case that is concluded or gone. */
export function clocksOf(rules: ClockRules, record: CaseRecord, acts: readonly DeadlineEvent[]): ClockSpec[] {
  if (caseState(record) === 'closed') return []
  const found = new Map<string, ClockSpec>()
  const names = rules.clocks.some((clock) => clock.main && fits(clock, record))
  for (const clock of rules.clocks.filter((one) => fits(one, record))) {
    // One limit of the case itself; other clocks one of each name.
    if (found.has(clock.name) || (clock.main && [...found.values()].some(({ main }) => main))) continue
    found.set(clock.name, { name: clock.name, rule: clock.rule, main: clock.main, ...startOf(clock, record, acts) })
  }
  if (!names)
    found.set(EXPORT_ONLY, {
      name: EXPORT_ONLY,
      rule: null,
      main: true,
      start: record.accepted,
      startedByExport: false,
    })
  return [...found.values()].sort((a, b) => Number(b.main) - Number(a.main))
}

function startOf(
  clock: CaseClock,
  record: CaseRecord,
  acts: readonly DeadlineEvent[],
): Pick<ClockSpec, 'start' | 'startedByExport'> {
  if (clock.from === 'return')
    return { start: acts.filter(({ type }) => type === 'return').at(-1)?.on ?? null, startedByExport: false }
  const { accepted, started } = record
  // A restart that we know of explains itself; one that lies before our time is known by its 起算日 only.
  const unexplained =
    started !== null &&
    accepted !== null &&
    started > accepted &&
    !acts.some(({ type, on }) => [...RESTARTS, 'return'].includes(type) && on <= started)
  return unexplained ? { start: started, startedByExport: true } : { start: accepted, startedByExport: false }
}

/** Our own result; where we have no rule or cannot reckon, the export's day with the reason why. */
export function reckonClock(
  book: DeadlineBook,
  spec: ClockSpec,
  record: CaseRecord,
  acts: readonly DeadlineEvent[],
): ClockResult {
  if (spec.rule === null) return byExport(record, '本系统没有此类案件的期限规则，以业务系统导出的到期日为准')
  if (spec.start === null) return byExport(record, '缺起算日，不能推算，暂以业务系统导出的到期日为准')
  const { start } = spec
  const own = spec.main ? acts.filter(({ on }) => on >= start) : []
  try {
    const deadline = computeDeadline(book, { rule: spec.rule, start, custody: record.custody, events: own })
    const note = spec.startedByExport ? '；起算日取自业务系统导出' : ''
    return {
      run: runOf(own),
      due: deadline.due?.slice(0, 10) ?? null,
      stopped: deadline.stopped ?? null,
      provisional: deadline.provisional,
      rolledFrom: deadline.rolledFrom ?? null,
      ruleVersion: deadline.ruleVersion,
      legalBasis: deadline.legalBasis,
      ledger: deadline.ledger.map((row, at) => (at === 0 ? { ...row, what: row.what + note } : row)),
      warnings: deadline.warnings,
      problem: null,
    }
  } catch (error) {
    if (error instanceof DeadlineRefusal) return byExport(record, `不能推算：${error.message}；暂以导出的到期日为准`)
    throw error
  }
}

const byExport = (record: CaseRecord, problem: string): ClockResult => ({
  run: 1,
  due: record.exportedDue,
  stopped: null,
  provisional: false,
  rolledFrom: null,
  ruleVersion: '',
  legalBasis: '',
  ledger: record.exportedDue === null ? [] : [{ date: record.exportedDue, what: '业务系统导出载明的到期日' }],
  warnings: [],
  problem,
})

/** What the node of an event tells of the clock, when the node is new; null = nothing. */
export function actOfNode(
  rules: ClockRules,
  before: CaseRecord | undefined,
  after: CaseRecord,
  atMs: number,
): DeadlineEvent | null {
  if (after.node === null || before?.node === after.node) return null
  const act = rules.nodes.find(({ match }) => includes(match, after.node))?.act
  if (!act) return null
  const seen = officeDate(atMs)
  // The export names the day on which the running limit began: of a return and of a resubmission that is its day.
  const named = act === 'return' || act === 'resubmit' ? after.started : null
  const known = named !== null && named <= seen && named > (after.accepted ?? '') && named !== before?.started
  const note = known ? '' : before ? '' : '首次导出已在此节点，日期按导出之日登记，请核对'
  return { type: act, on: known ? named : seen, note: `业务系统节点“${after.node}”${note && `；${note}`}` }
}

/**
 * The export's day is the one that an approved extension would give: the extension is registered as the export tells
 * it. `event`: day of the event that told.
 */
export function actOfDue(
  book: DeadlineBook,
  spec: ClockSpec,
  record: CaseRecord,
  acts: readonly DeadlineEvent[],
  day: string,
): DeadlineEvent | null {
  const due = record.exportedDue
  if (!spec.main || spec.rule === null || spec.start === null || due === null) return null
  const before = reckonClock(book, spec, record, acts)
  if (before.problem !== null || before.due === null || before.due >= due) return null
  const on = [day, before.due].sort()[0] ?? day
  if (on < spec.start) return null
  const note = `业务系统导出的到期日由推算的 ${before.due} 变为 ${due}，与批准延长相符，据此登记`
  const act: DeadlineEvent = { type: 'extend', on, note }
  const after = reckonClock(book, spec, record, [...acts, act])
  return after.problem === null && after.due === due && after.warnings.length <= before.warnings.length ? act : null
}
