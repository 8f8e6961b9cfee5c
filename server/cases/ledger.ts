import type { z } from 'zod'
import { officeTime } from '../../config/zone.ts'
import { type CaseAct, CaseClock, CaseLedger, PastDeadline } from '../../contract/http/cases.ts'
import type { Reader } from '../feature.ts'
import type { ClockDeps } from './clock-deps.ts'
import { type Act, allActs, loadClocks, pastOf } from './clock-store.ts'
import type { ClockResultRow, ClockRow, ClockTables } from './clock-tables.ts'
import { REASONS, type Reason } from './clock-work.ts'
import { daysOff } from './days-off.ts'
import { bandOfRule, type CaseRecord, caseState, colourByDays, daysLeft, differs } from './rules.ts'

/** Names each field that may leave of what our own engine says of a case. */

export const ACT_WORDS: Record<Act['type'], string> = {
  extend: '批准延长',
  suspend: '中止审查',
  resume: '恢复计算',
  return: '退回补充侦查',
  resubmit: '补充侦查完毕重新移送',
  'jurisdiction-change': '改变管辖',
  pause: '不计入期限的事项开始',
}
const reasonWords = (id: string): string => REASONS[id as Reason] ?? id
const parsed = (text: string): unknown => JSON.parse(text)

export async function readLedger(
  deps: Pick<ClockDeps, 'config' | 'calendar'>,
  db: Reader,
  record: CaseRecord,
  now: number,
): Promise<CaseLedger> {
  const [clocks, acts, past] = await Promise.all([
    loadClocks(db, [record.id]),
    allActs(db, record.id),
    pastOf(db, record.id),
  ])
  const rows = (clocks.get(record.id) ?? []).sort((a, b) => b.main - a.main)
  const all = rows.map((row) => presentClock(deps, record, row, now))
  // What the case's due date stands on; a concluded case shows what it ended on.
  const head = all.find(({ clock }) => clock === record.clock) ?? all[0]
  const { clock: _clock, main: _main, rule: _rule, ...answer } = head ?? nothingKnown(record)
  return CaseLedger.parse({
    ...answer,
    caseId: record.id,
    caseNo: record.caseNo,
    clock: record.clock,
    exportedDue: record.exportedDue,
    differs: differs(record),
    difference: differs(record)
      ? `本系统推算为 ${record.due}，业务系统导出为 ${record.exportedDue}，两者并列，请核对期限事项`
      : null,
    calendar: daysOff(deps.calendar, head?.start ?? record.accepted, record.due, officeTime(now).toPlainDate()),
    clocks: all,
    acts: acts.map(presentAct),
    previous: past.map(presentPast),
  })
}

const nothingKnown = (record: CaseRecord): z.input<typeof CaseClock> => ({
  clock: '',
  main: true,
  rule: null,
  start: record.accepted,
  custody: record.custody,
  run: 1,
  version: 0,
  computedAt: 0,
  because: '',
  problem: '本系统尚未推算',
  due: record.due,
  provisional: false,
  daysLeft: null,
  colour: null,
  ruleVersion: '',
  legalBasis: '',
  ledger: [],
  warnings: ['本系统没有推算过此案的期限（推算之前已办结，或刚刚导入）'],
})

function presentClock(
  { config }: Pick<ClockDeps, 'config'>,
  record: CaseRecord,
  row: ClockRow,
  now: number,
): z.output<typeof CaseClock> {
  const days =
    row.due === null || caseState(record) === 'closed' ? null : daysLeft(row.due, officeTime(now).toPlainDate())
  return CaseClock.parse({
    ...resultOf(row),
    daysLeft: days,
    colour:
      days === null
        ? null
        : colourByDays(config.flow, { kind: record.kind, band: bandOfRule(config.deadlines, row.rule) }, days),
    main: row.main === 1,
    rule: row.rule,
    start: row.start,
    custody: row.custody === 1,
    run: row.run,
    legalBasis: row.legal_basis,
    ...(row.rolled_from === null ? {} : { rolledFrom: row.rolled_from }),
    ...(row.stopped === null ? {} : { stopped: parsed(row.stopped) }),
    warnings: [...(parsed(row.warnings) as string[]), ...(row.problem === null ? [] : [row.problem])],
    problem: row.problem,
    because: reasonWords(row.because),
  })
}
const resultOf = (row: ClockResultRow) => ({
  clock: row.name,
  version: row.version,
  due: row.due,
  provisional: row.provisional === 1,
  ruleVersion: row.rule_version,
  ledger: parsed(row.ledger),
  computedAt: Number(row.computed_ms),
})

export const presentPast = (row: ClockTables['case_clock_past']): z.output<typeof PastDeadline> =>
  PastDeadline.parse({ ...resultOf(row), until: Number(row.until_ms), because: reasonWords(row.ended_because) })

const presentAct = (act: Act): z.input<typeof CaseAct> => ({
  id: act.id,
  type: act.type,
  label: ACT_WORDS[act.type],
  on: act.on,
  ...(act.days === undefined ? {} : { days: act.days }),
  note: act.note,
  source: act.source,
  by: act.by,
  at: act.at,
  void: act.void,
})
