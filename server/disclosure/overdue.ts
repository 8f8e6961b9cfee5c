import { officeDate } from '../../config/zone.ts'
import { STEPS, type StepId } from '../../contract/http/disclosure.ts'
import type { AlertDesk, AlertSignal, Tick, Turn } from '../feature.ts'
import { type DisclosureDeps, departmentName } from './context.ts'
import { openOnes, type StoredDisclosure } from './repository.ts'
import { isOverdue } from './rules.ts'
import type { DisclosureTables } from './tables.ts'

/** Documents past their last day of publication: told once for each day, taken back when published or not to be. */
type OverdueDeps = Pick<DisclosureDeps, 'config'> & { alerts: AlertDesk }
/** Raised together at midnight they would otherwise hold up everybody else. */
const PER_TICK = 200

interface Told {
  document_id: string
  due: string
}
const toldOf = ({ id, due }: StoredDisclosure): Told => ({ document_id: id, due: due ?? '' })
const causeOf = ({ document_id, due }: Told): string => `disclosure.overdue:${document_id}:${due}`
const on = (turn: Turn) => turn.tx.withTables<DisclosureTables>()

export const overdueTick = (deps: OverdueDeps): Tick => ({
  name: 'disclosures-overdue',
  everyMs: 60_000,
  async run(turn) {
    const today = officeDate(turn.now)
    const late = (await openOnes(turn.tx)).filter((one) => isOverdue(one, today))
    const standing: Told[] = await on(turn).selectFrom('disclosure_told').select(['document_id', 'due']).execute()
    const known = new Set(standing.map(causeOf))
    const fresh = late.filter((one) => !known.has(causeOf(toldOf(one)))).slice(0, PER_TICK)
    const still = new Set(late.map((one) => causeOf(toldOf(one))))
    const gone = standing.filter((told) => !still.has(causeOf(told))).slice(0, PER_TICK)
    // First those that go: a document that came back with another day has one row.
    await takeBack(deps, turn, gone)
    await tell(deps, turn, fresh)
  },
})

async function tell(deps: OverdueDeps, turn: Turn, late: readonly StoredDisclosure[]): Promise<void> {
  if (late.length === 0) return
  const rows = late.map((one) => ({ ...toldOf(one), told_ms: turn.now }))
  await on(turn).insertInto('disclosure_told').values(rows).execute()
  await deps.alerts.raise(turn, ...late.map((one) => signalOf(deps, one, turn.now)))
}

/** No title: it may hold a name, and the wall is seen by visitors. */
function signalOf({ config }: OverdueDeps, one: StoredDisclosure, now: number): AlertSignal {
  const type = config.disclosure.types.find(({ id }) => id === one.type)?.name ?? one.type
  return {
    cause: causeOf(toldOf(one)),
    rule: 'disclosure.overdue',
    domain: 'case',
    object: `document:${one.id}`,
    at: now,
    evidence: [],
    clearable: true,
    values: {
      type,
      caseNo: one.caseNo ?? '未关联案件',
      step: STEPS[one.state as StepId] ?? '',
      due: one.due ?? '',
      department: departmentName({ config }, one.department),
    },
  }
}

async function takeBack({ alerts }: OverdueDeps, turn: Turn, gone: readonly Told[]): Promise<void> {
  if (gone.length === 0) return
  const ids = gone.map(({ document_id }) => document_id)
  await on(turn).deleteFrom('disclosure_told').where('document_id', 'in', ids).execute()
  await alerts.clear(turn, gone.map(causeOf), turn.now)
}
