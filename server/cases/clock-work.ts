import { officeDate } from '../../config/zone.ts'
import type { DeadlineEvent } from '../deadlines/rules.ts'
import type { Turn } from '../feature.ts'
import type { ClockDeps } from './clock-deps.ts'
import {
  type Act,
  addPast,
  type Climb,
  insertActs,
  loadActs,
  loadClocks,
  saveClimbs,
  saveClocks,
} from './clock-store.ts'
import type { ClockRow, ClockTables } from './clock-tables.ts'
import { actOfDue, type ClockResult, type ClockSpec, clocksOf, reckonClock } from './clocks.ts'
import { tellDifferences } from './differences.ts'
import { nextDay, stepsOf } from './ladder.ts'
import { climbOn, withdrawGone } from './ladder-work.ts'
import type { Prints } from './prints.ts'
import { bandOf, bandOfRule, type CaseRecord } from './rules.ts'

/** Why a result was made, or another one took its place. */
export const REASONS = {
  first: '首次推算',
  event: '案件信息变化',
  act: '登记期限事项',
  void: '撤销期限事项',
  rules: '期限规则变化',
  calendar: '工作日历变化',
  ended: '案件办结或节点结束',
} as const
export type Reason = keyof typeof REASONS

export interface Reckoning {
  record: CaseRecord
  /** As it was before the events of this turn; undefined = new. */
  before: CaseRecord | undefined
}

/**
 * Reckons the clocks of these cases anew, keeps what no longer holds, and gives back the records with their due dates.
 * `acts`: those that count, this turn's included; rungs of what has changed are withdrawn, new ones climb at the tick.
 */
export async function reckonCases(
  deps: ClockDeps,
  turn: Turn,
  cases: readonly Reckoning[],
  reason: Reason | ((rows: readonly ClockRow[]) => Reason),
  prints: Prints,
): Promise<CaseRecord[]> {
  const ids = cases.map(({ record }) => record.id)
  const [acts, known] = await Promise.all([loadActs(turn.tx, ids), loadClocks(turn.tx, ids)])
  const changed: ClockRow[] = []
  const past: ClockTables['case_clock_past'][] = []
  const told: Act[] = []
  const done = cases.map(({ record }) => {
    const own = acts.get(record.id) ?? []
    const rows = known.get(record.id) ?? []
    const because = typeof reason === 'function' ? reason(rows) : reason
    const found = resultsOf(deps, record, own, turn.now)
    if (found.told) told.push({ ...found.told, id: deps.newId(), caseId: record.id, at: turn.now })
    for (const { spec, result } of found.results) {
      const before = rows.find(({ name }) => name === spec.name)
      const after = toRow(record, spec, result, { before, because, prints, now: turn.now })
      if (before && !isOther(before, after)) {
        if (before.rules_print !== after.rules_print || before.calendar_print !== after.calendar_print)
          changed.push({ ...before, rules_print: after.rules_print, calendar_print: after.calendar_print })
        continue
      }
      changed.push(after)
      if (before) past.push(toPast(before, turn.now, because))
    }
    for (const row of rows)
      if (row.ended_ms === null && !found.results.some(({ spec }) => spec.name === row.name))
        changed.push({ ...row, ended_ms: turn.now })
    return headline(deps, record, found.results)
  })
  await insertActs(turn.tx, told)
  await addPast(turn.tx, past)
  await saveClocks(turn.tx, changed)
  const kinds = new Map(cases.map(({ record }) => [record.id, record.kind]))
  await saveClimbs(
    turn.tx,
    changed.map((row) => climbOf(deps, row, kinds.get(row.case_id) ?? '')),
  )
  await withdrawGone(deps, turn, [...new Set(changed.map(({ case_id }) => case_id))])
  await tellDifferences(deps, turn, cases, done)
  return done
}

interface Results {
  results: { spec: ClockSpec; result: ClockResult }[]
  /** What the export's due date told, if it told something. */
  told: Omit<Act, 'id' | 'caseId' | 'at'> | null
}
function resultsOf(deps: ClockDeps, record: CaseRecord, acts: readonly Act[], now: number): Results {
  const { clocks, deadlines } = deps.config
  const book = { rules: deadlines, calendar: deps.calendar }
  const specs = clocksOf(clocks, record, acts)
  const [main] = specs
  const act = main ? actOfDue(book, main, record, acts, officeDate(now)) : null
  const told = act && { type: act.type, on: act.on, note: act.note ?? '', source: 'due' as const, by: null, void: null }
  const all = act ? [...acts, act] : acts
  return { results: specs.map((spec) => ({ spec, result: reckonClock(book, spec, record, all) })), told }
}

/** Why the case's own clock cannot be reckoned with these acts; null = it can, or the case has none of ours. */
export function problemOf(
  { config, calendar }: Pick<ClockDeps, 'config' | 'calendar'>,
  record: CaseRecord,
  acts: readonly DeadlineEvent[],
): string | null {
  const [main] = clocksOf(config.clocks, record, acts)
  if (!main || main.rule === null || main.start === null) return null
  return reckonClock({ rules: config.deadlines, calendar }, main, record, acts).problem
}

/** The case's own limit; while it stands still, what runs instead. A concluded case keeps its last day. */
function headline({ config }: ClockDeps, record: CaseRecord, results: Results['results']): CaseRecord {
  if (results.length === 0) return { ...record, due: record.due ?? record.exportedDue }
  const running = results.filter(({ result }) => result.due !== null)
  const head = running.find(({ spec }) => spec.main) ?? running.sort(byDue)[0] ?? results[0]
  return {
    ...record,
    due: head?.result.due ?? null,
    provisional: head?.result.provisional ?? false,
    clock: head?.spec.name ?? null,
    band: bandOfRule(config.deadlines, head?.spec.rule ?? null),
  }
}
const byDue = (a: Results['results'][number], b: Results['results'][number]): number =>
  (a.result.due ?? '') < (b.result.due ?? '') ? -1 : 1

function toRow(
  record: CaseRecord,
  spec: ClockSpec,
  result: ClockResult,
  made: { before: ClockRow | undefined; because: Reason; prints: Prints; now: number },
): ClockRow {
  return {
    case_id: record.id,
    name: spec.name,
    version: (made.before?.version ?? 0) + 1,
    rule: spec.rule,
    main: spec.main ? 1 : 0,
    run: result.run,
    start: spec.start,
    custody: record.custody ? 1 : 0,
    due: result.due,
    stopped: result.stopped && JSON.stringify(result.stopped),
    provisional: result.provisional ? 1 : 0,
    rolled_from: result.rolledFrom,
    rule_version: result.ruleVersion,
    legal_basis: result.legalBasis.slice(0, 400),
    ledger: JSON.stringify(result.ledger),
    warnings: JSON.stringify(result.warnings),
    problem: result.problem?.slice(0, 400) ?? null,
    computed_ms: made.now,
    because: made.before ? made.because : 'first',
    rules_print: made.prints.rules,
    calendar_print: made.prints.calendar,
    ended_ms: null,
  }
}

/** From the first rung on, be it past: the tick looks which of them have been told. */
function climbOf({ config }: ClockDeps, row: ClockRow, kind: string): Climb {
  const named = bandOfRule(config.deadlines, row.rule)
  const band = bandOf(config.flow, { kind, band: named })
  if (row.ended_ms !== null || row.due === null || !band)
    return { case_id: row.case_id, name: row.name, next_day: null }
  const first = nextDay(stepsOf(band, row.custody === 1), row.due, Number.POSITIVE_INFINITY)
  return climbOn({ ...row, due: row.due, band: named }, first)
}

/** Something that a person reads, or that the ladder stands on, is not the same. */
const SAME = [
  'rule',
  'run',
  'start',
  'custody',
  'due',
  'stopped',
  'provisional',
  'rolled_from',
  'rule_version',
] as const
const isOther = (before: ClockRow, after: ClockRow): boolean =>
  before.ended_ms !== null ||
  SAME.some((key) => before[key] !== after[key]) ||
  before.ledger !== after.ledger ||
  before.problem !== after.problem

function toPast(row: ClockRow, now: number, because: Reason): ClockTables['case_clock_past'] {
  const { ended_ms: _ended, ...result } = row
  return { ...result, until_ms: now, ended_because: because }
}
