import type { Site } from '../../config/schema.ts'
import type { AlertSignal, TaskMover, TaskSpec, Turn } from '../feature.ts'
import type { ClockDeps } from './clock-deps.ts'
import { insertSteps, stepKey, stepsOfCases, updateStep } from './clock-store.ts'
import type { ClimbRow, StepRow } from './clock-tables.ts'
import { RUNG_SEVERITY, RUNG_WORDS, type Rung } from './ladder.ts'
import { type CaseRecord, daysWord, EXPORT_ONLY } from './rules.ts'

const RULES: Record<Rung, string> = {
  yellow: 'case.due-yellow',
  orange: 'case.due-orange',
  red: 'case.due-red',
  'last-day': 'case.custody-last-day',
  overdue: 'case.overdue',
  'over-detention': 'case.over-detention',
}
/** Told anew it is a new occurrence: an alert that was raised by a clock that ran ahead must not swallow it. */
const anew = ({ again }: StepRow): string => (again > 0 ? `:${again}` : '')
const causeOf = (step: StepRow): string =>
  `case.${step.rung}:${step.case_id}:${step.name}:${step.run}:${step.due}${anew(step)}`
const taskKey = (step: StepRow): string => `rung:${stepKey(step)}${anew(step)}`

/** The handler and the department; case management's too while nobody has it, and when what must not happen has happened. */
function addresseeOf(site: Site, record: CaseRecord, rung: Rung): Pick<TaskSpec, 'person' | 'department' | 'role'> {
  const known = site.people.find(({ employeeNo }) => employeeNo !== undefined && employeeNo === record.handlerNo)
  const department = site.departments.find(({ name }) => name === record.department)?.id ?? null
  const person = known?.id ?? null
  return { person, department, role: rung === 'over-detention' || person === null ? 'case-management' : null }
}

/** Who has the case now has its open tasks. */
export async function readdress(
  { config, tasks }: Pick<ClockDeps, 'config'> & { tasks: TaskMover },
  turn: Turn,
  records: readonly CaseRecord[],
): Promise<void> {
  if (records.length === 0) return
  const byId = new Map(records.map((record) => [record.id, record]))
  const standing = (await stepsOfCases(turn.tx, [...byId.keys()])).filter(({ cleared_ms }) => cleared_ms === null)
  const moves = standing.flatMap((step) => {
    const record = byId.get(step.case_id)
    return record ? [{ key: taskKey(step), ...addresseeOf(config.site, record, step.rung as Rung) }] : []
  })
  if (moves.length > 0) await tasks.readdress(turn, moves)
}

/** Collects what a turn has to tell, and does it with few statements. */
export class RungDesk {
  readonly #deps: ClockDeps
  readonly #turn: Turn
  readonly #fresh: StepRow[] = []
  readonly #changed: StepRow[] = []
  readonly #raise: { rank: number; signal: AlertSignal }[] = []
  readonly #tasks: TaskSpec[] = []
  /** Causes by the moment of their going. */
  readonly #clear = new Map<number, string[]>()
  readonly #drop = new Map<string, string[]>()

  constructor(deps: ClockDeps, turn: Turn) {
    this.#deps = deps
    this.#turn = turn
  }

  /** Passed while nobody looked: noted, so that it is never told late. */
  note(of: Pick<StepRow, 'case_id' | 'name' | 'run' | 'due' | 'rung'>): void {
    this.#fresh.push({ ...of, fired_ms: this.#turn.now, told: 0, cleared_ms: this.#turn.now, again: 0 })
  }

  /** The rung that holds: told if it never was, told anew if it had been withdrawn. */
  stand(
    known: StepRow | null,
    of: Pick<StepRow, 'case_id' | 'name' | 'run' | 'due'> & { rung: Rung },
    about: { record: CaseRecord; clock: ClimbRow; days: number },
  ): void {
    if (known !== null && known.cleared_ms === null) return
    const step: StepRow = known
      ? { ...known, fired_ms: this.#turn.now, cleared_ms: null, told: 1, again: known.again + known.told }
      : { ...of, fired_ms: this.#turn.now, told: 1, cleared_ms: null, again: 0 }
    if (known) this.#changed.push(step)
    else this.#fresh.push(step)
    this.#tell(step, of.rung, about)
  }

  withdraw(step: StepRow, why: string): void {
    this.#changed.push({ ...step, cleared_ms: this.#turn.now })
    const at = Math.max(this.#turn.now, step.fired_ms)
    this.#clear.set(at, [...(this.#clear.get(at) ?? []), causeOf(step)])
    this.#drop.set(why, [...(this.#drop.get(why) ?? []), taskKey(step)])
  }

  #tell(
    step: StepRow,
    rung: Rung,
    { record, clock, days }: { record: CaseRecord; clock: ClimbRow; days: number },
  ): void {
    const over = rung === 'over-detention'
    const custody = clock.custody === 1
    const values = {
      caseNo: record.caseNo,
      kind: clock.name === EXPORT_ONLY ? record.typeName : clock.name,
      department: record.department ?? '未分案',
      due: step.due,
      days: daysWord(days),
    }
    const signal: AlertSignal = {
      cause: causeOf(step),
      rule: RULES[rung],
      domain: 'case',
      object: `case:${record.caseNo}`.slice(0, 128),
      at: this.#turn.now,
      evidence: [],
      clearable: true,
      values,
    }
    this.#raise.push({ rank: over ? 0 : custody ? 1 : 2, signal })
    this.#tasks.push({
      key: taskKey(step),
      kind: 'deadline',
      title: `${custody ? '在押 ' : ''}${record.caseNo} ${RUNG_WORDS[rung]}`,
      why: `${values.kind}期限 ${step.due}，${values.days}${clock.provisional === 1 ? '（暂定）' : ''}`,
      urgency: over ? 'over-detention' : custody ? 'custody' : 'ordinary',
      severity: RUNG_SEVERITY[rung],
      due: step.due,
      link: `/cases/${record.id}`,
      caseId: record.id,
      ...addresseeOf(this.#deps.config.site, record, rung),
    })
  }

  async save(): Promise<void> {
    const { alerts, tasks } = this.#deps
    await insertSteps(this.#turn.tx, this.#fresh)
    for (const step of this.#changed) await updateStep(this.#turn.tx, step)
    // A clock that was set back must not make the alert desk take this for old news.
    for (const [at, causes] of this.#clear) await alerts.clear(this.#turn, causes, at)
    for (const [why, keys] of this.#drop) await tasks.close(this.#turn, keys, why)
    // Over-detention before everything, then persons in custody.
    const signals = this.#raise.sort((a, b) => a.rank - b.rank).map(({ signal }) => signal)
    if (signals.length > 0) await alerts.raise(this.#turn, ...signals)
    if (this.#tasks.length > 0) await tasks.open(this.#turn, this.#tasks)
  }
}
