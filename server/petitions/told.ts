import { officeTime } from '../../config/zone.ts'
import type { PetitionDue } from '../../contract/http/petitions.ts'
import type { Severity } from '../../contract/severity.ts'
import type { AlertSignal, TaskSpec, Turn } from '../feature.ts'
import { duesOf } from './clocks.ts'
import type { PetitionDeps } from './context.ts'
import { departmentName } from './context.ts'
import { type Matter, on } from './repository.ts'

/** What runs out is put on the desks some days before, and raised as an alert when it is over; done is taken back. */
const DAY_MS = 86_400_000
/** Raised one after another at midnight they would otherwise hold up everybody else. */
const PER_TURN = 200

const RULES: Readonly<Record<PetitionDue['id'], string>> = {
  procedural: 'petition.reply-overdue',
  substantive: 'petition.reply-overdue',
  monthly: 'petition.reply-overdue',
  'first-action': 'petition.first-action-overdue',
  review: 'petition.review-overdue',
  revisit: 'petition.revisit-overdue',
}
interface Told {
  petition_id: string
  clock: string
  due_ms: number
  alerted: number
}
const keyOf = (petitionId: string, clock: string, dueMs: number) => `petition:${petitionId}:${clock}:${dueMs}`
const keyOfTold = (told: Told) => keyOf(told.petition_id, told.clock, told.due_ms)

/** Makes the desks' tasks and alerts of these matters what their clocks say. `all`: there are no others with clocks. */
export async function syncTold(
  deps: PetitionDeps,
  turn: Turn,
  matters: readonly Matter[],
  all: boolean,
): Promise<void> {
  const standing = await openTold(turn, all ? undefined : matters.map(({ id }) => id))
  const known = new Map(standing.map((told) => [keyOfTold(told), told]))
  const near = deps.config.petitions.taskDays * DAY_MS
  const wanted = matters.flatMap((matter) =>
    duesOf(matter, turn.now)
      .filter(({ dueAt }) => dueAt - turn.now <= near)
      .map((due) => ({ matter, due, key: keyOf(matter.id, due.id, due.dueAt) })),
  )
  const fresh = wanted.filter(({ key }) => !known.has(key)).slice(0, PER_TURN)
  const late = wanted
    .filter(
      ({ key, due }) =>
        due.overdue && known.get(key)?.alerted !== 1 && (known.has(key) || fresh.some((one) => one.key === key)),
    )
    .slice(0, PER_TURN)
  const still = new Set(wanted.map(({ key }) => key))
  const gone = standing.filter((told) => !still.has(keyOfTold(told)))
  for (const { matter, due } of fresh) await claim(turn, matter.id, due)
  if (fresh.length > 0)
    await deps.tasks.open(
      turn,
      fresh.map(({ matter, due, key }) => taskOf(matter, due, key)),
    )
  if (late.length > 0) {
    await deps.alerts.raise(turn, ...late.map(({ matter, due, key }) => signalOf(deps, matter, due, key, turn.now)))
    for (const { matter, due } of late) await mark(turn, matter.id, due)
  }
  if (gone.length > 0) await takeBack(deps, turn, gone)
}

async function openTold(turn: Turn, ids: readonly string[] | undefined): Promise<Told[]> {
  let query = on(turn.tx)
    .selectFrom('petition_told')
    .select(['petition_id', 'clock', 'due_ms', 'alerted'])
    .where('cleared_ms', 'is', null)
  if (ids) query = query.where('petition_id', 'in', [...ids])
  return (await query.execute()).map((row) => ({ ...row, due_ms: Number(row.due_ms), alerted: Number(row.alerted) }))
}
const claim = (turn: Turn, petitionId: string, due: PetitionDue) =>
  on(turn.tx)
    .insertInto('petition_told')
    .values({ petition_id: petitionId, clock: due.id, due_ms: due.dueAt, alerted: 0, cleared_ms: null })
    .onConflict((conflict) => conflict.columns(['petition_id', 'clock', 'due_ms']).doUpdateSet({ cleared_ms: null }))
    .execute()
const mark = (turn: Turn, petitionId: string, due: PetitionDue) =>
  on(turn.tx)
    .updateTable('petition_told')
    .set({ alerted: 1 })
    .where('petition_id', '=', petitionId)
    .where('clock', '=', due.id)
    .where('due_ms', '=', due.dueAt)
    .execute()

async function takeBack(deps: PetitionDeps, turn: Turn, gone: readonly Told[]): Promise<void> {
  for (const told of gone)
    await on(turn.tx)
      .updateTable('petition_told')
      .set({ cleared_ms: turn.now })
      .where('petition_id', '=', told.petition_id)
      .where('clock', '=', told.clock)
      .where('due_ms', '=', told.due_ms)
      .execute()
  const alerted = gone.filter((told) => told.alerted === 1).map(keyOfTold)
  if (alerted.length > 0) await deps.alerts.clear(turn, alerted, turn.now)
  await deps.tasks.close(turn, gone.map(keyOfTold), '这一步已办')
}

const severityOf = ({ colour }: Matter): Severity =>
  colour === 'red' ? 'critical' : colour === 'orange' ? 'warning' : 'notice'
const minute = (ms: number) => officeTime(ms).toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ')
/** Of an hour clock the minute, of a day clock the day. */
const dueWords = (due: PetitionDue) => (due.id === 'first-action' ? minute(due.dueAt) : due.due)

/** By whom: the handler, before one is named the department; the leader looks at it again. */
function taskOf(matter: Matter, due: PetitionDue, key: string): TaskSpec {
  const lead = due.id === 'review' && matter.leader !== null
  return {
    key,
    kind: 'petition',
    title: `${matter.no} ${due.name}`,
    why: `${matter.title} · 期限 ${dueWords(due)}`,
    urgency: 'ordinary',
    severity: severityOf(matter),
    due: due.due,
    link: `/petitions/${matter.id}`,
    caseId: null,
    person: lead ? matter.leader : matter.handler,
    department: matter.department,
    role: null,
  }
}
const signalOf = (deps: PetitionDeps, matter: Matter, due: PetitionDue, key: string, now: number): AlertSignal => ({
  cause: key,
  rule: RULES[due.id],
  domain: 'case',
  object: `petition:${matter.id}`,
  at: now,
  evidence: [],
  clearable: true,
  severity: due.id === 'first-action' ? severityOf(matter) : undefined,
  values: {
    no: matter.no,
    what: due.name,
    due: dueWords(due),
    department: departmentName(deps, matter.department),
  },
  demo: deps.config.site.demo,
})
