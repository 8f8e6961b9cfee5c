import { officeDate, officeTime } from '../../config/zone.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import type { Principal, Records, Tick, Turn } from '../feature.ts'
import { append, latestEntries } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { type AssignmentDeps, CHAIN, DRAW_PANELS } from './context.ts'
import { rulesHash, windowStart } from './draws.ts'
import {
  addLeave,
  addLoad,
  addRecusal,
  changeLeave,
  hasLoad,
  loadGivenOn,
  loadMembers,
  markWarned,
  putMember,
  type StoredMember,
  unfinishedDraws,
} from './repository.ts'
import { absenceCredit } from './rules.ts'

/** Members of the wheel: every change is a chain entry, printed on the draw sheet. */

/** At start: people who are new on the list join, and changed rules are named. */
export async function syncMembers(deps: AssignmentDeps, records: Records): Promise<void> {
  const { assignment: rules, site } = deps.config
  await records.write(async (turn) => {
    const known = new Map(
      (await loadMembers(turn.tx, windowStart(turn.now, rules.windowDays))).map((member) => [member.id, member]),
    )
    for (const person of site.people.filter(({ quota, department }) => quota && rules.kinds[department])) {
      if (known.has(person.id)) continue
      const cap = rules.caps[person.title] ?? 100
      await append(
        turn.tx,
        CHAIN,
        'member.changed',
        { member: person.id, change: 'joined', cap, department: person.department, by: 'config' },
        turn.now,
      )
      await putMember(turn.tx, {
        id: person.id,
        department: person.department,
        cap,
        suspended: 0,
        task_force_until: null,
        specialities: '[]',
      })
    }
    const sha256 = rulesHash(rules)
    const [last] = await latestEntries(turn.tx, CHAIN, ['rules.changed'], 1)
    if (last?.body.sha256 !== sha256)
      await append(
        turn.tx,
        CHAIN,
        'rules.changed',
        { version: rules.version, sha256, basis: rules.legal_basis },
        turn.now,
      )
  })
}

async function memberOf(deps: AssignmentDeps, turn: Turn, id: string): Promise<StoredMember> {
  const members = await loadMembers(turn.tx, windowStart(turn.now, deps.config.assignment.windowDays))
  const member = members.find((one) => one.id === id)
  if (!member) throw new Refusal('not-found', '参与名单中没有此人')
  return member
}

async function record(deps: AssignmentDeps, turn: Turn, body: Record<string, unknown>): Promise<ChainEntry> {
  const entry = await append(turn.tx, CHAIN, 'member.changed', body, turn.now)
  turn.touch(...DRAW_PANELS)
  turn.afterCommit(() => deps.anchor(CHAIN, entry))
  return entry
}

export async function changeMember(
  deps: AssignmentDeps,
  turn: Turn,
  id: string,
  person: Principal,
  change: {
    cap?: number
    suspended?: boolean
    taskForceUntil?: string | null
    specialities?: string[]
    reason: string
  },
): Promise<ChainEntry> {
  const member = await memberOf(deps, turn, id)
  const next = {
    cap: change.cap ?? member.cap,
    suspended: change.suspended ?? member.suspended,
    taskForceUntil: change.taskForceUntil === undefined ? member.taskForceUntil : change.taskForceUntil,
    specialities: [...new Set(change.specialities ?? member.specialities)].sort(),
  }
  await putMember(turn.tx, {
    id,
    department: member.department,
    cap: next.cap,
    suspended: next.suspended ? 1 : 0,
    task_force_until: next.taskForceUntil,
    specialities: JSON.stringify(next.specialities),
  })
  return record(deps, turn, { member: id, change: 'changed', ...next, reason: change.reason, by: person.username })
}

export async function addLeaveOf(
  deps: AssignmentDeps,
  turn: Turn,
  id: string,
  person: Principal,
  leave: { from: string; to: string; reason: string },
): Promise<ChainEntry> {
  await memberOf(deps, turn, id)
  await addLeave(turn.tx, {
    id: deps.newId(),
    member: id,
    from_day: leave.from,
    to_day: leave.to,
    since_day: officeDate(turn.now),
  })
  return record(deps, turn, {
    member: id,
    change: 'leave',
    from: leave.from,
    to: leave.to,
    reason: leave.reason,
    by: person.username,
  })
}

/** 提前销假, or a leave withdrawn before it begins. What is past stays as it was: it was not drawn then. */
export async function endLeaveOf(
  deps: AssignmentDeps,
  turn: Turn,
  id: string,
  leaveId: string,
  person: Principal,
  end: { to: string; reason: string },
): Promise<ChainEntry> {
  const member = await memberOf(deps, turn, id)
  const leave = member.leave.find((one) => one.id === leaveId)
  if (!leave) throw new Refusal('not-found', '没有这次请假，可能已撤回')
  const yesterday = officeTime(turn.now).toPlainDate().subtract({ days: 1 }).toString()
  if (end.to >= leave.to) throw new Refusal('unprocessable', '销假日期须早于原结束日期；延长请另行登记')
  if (end.to < yesterday && leave.from < officeDate(turn.now))
    throw new Refusal('unprocessable', `已过去的请假不能改，最早只能改到 ${yesterday}`)
  await changeLeave(turn.tx, leaveId, leave.from, end.to)
  return record(deps, turn, {
    member: id,
    change: end.to < leave.from ? 'leave-withdrawn' : 'leave-ended',
    from: leave.from,
    to: end.to,
    was: leave.to,
    reason: end.reason,
    by: person.username,
  })
}

export async function addRecusalOf(
  deps: AssignmentDeps,
  turn: Turn,
  id: string,
  person: Principal,
  recusal: { caseId: string; reason: string },
): Promise<ChainEntry> {
  await memberOf(deps, turn, id)
  await addRecusal(turn.tx, { member: id, case_id: recusal.caseId })
  return record(deps, turn, {
    member: id,
    change: 'recusal',
    caseId: recusal.caseId,
    reason: recusal.reason,
    by: person.username,
  })
}

/** Days that are made up for after a stop of the server. */
const CATCH_UP_DAYS = 14

/** Credits the absences of the last days, once for each member and day; days missed while we were down included. */
export function absenceTick(deps: AssignmentDeps): Tick {
  return {
    name: 'absence-credit',
    everyMs: 600_000,
    async run(turn) {
      const members = await loadMembers(turn.tx, windowStart(turn.now, deps.config.assignment.windowDays))
      const today = officeTime(turn.now).toPlainDate()
      for (let back = CATCH_UP_DAYS; back >= 1; back--)
        await creditDay(deps, turn, members, today.subtract({ days: back }).toString())
    },
  }
}

/** Present = could be drawn that day; a leave written down later was no absence then. */
async function creditDay(deps: AssignmentDeps, turn: Turn, members: StoredMember[], day: string): Promise<void> {
  const absent = ({ leave }: StoredMember) =>
    leave.some(({ from, to, since }) => from <= day && day <= to && (since === null || since <= day))
  const away = members.filter((one) => absent(one) && !one.suspended)
  if (away.length === 0) return
  const given = await loadGivenOn(turn.tx, day)
  for (const member of away) {
    const id = `absence:${member.id}:${day}`
    if (await hasLoad(turn.tx, id)) continue
    const present = members.filter((one) => one.department === member.department && !absent(one) && !one.suspended)
    const load = present.reduce((sum, one) => sum + (given.get(one.id) ?? 0), 0)
    const caps = present.map(({ cap }) => cap)
    const amount = absenceCredit(load, caps, member.cap)
    if (amount === 0) continue
    const body = {
      member: member.id,
      day,
      amount,
      reason: 'absence-credit',
      given: load,
      caps: caps.reduce((sum, cap) => sum + cap, 0),
      cap: member.cap,
    }
    const entry = await append(turn.tx, CHAIN, 'load.adjusted', body, turn.now)
    await addLoad(turn.tx, { id, member: member.id, day, amount, kind: 'absence', ref: day, seq: entry.seq })
    turn.touch(...DRAW_PANELS)
    turn.afterCommit(() => deps.anchor(CHAIN, entry))
  }
}

/** A draw without its contributions raises an alert; it can only be completed, or cancelled by an approver. */
export function unfinishedTick(deps: AssignmentDeps): Tick {
  return {
    name: 'draws-unfinished',
    everyMs: 10_000,
    async run(turn) {
      const limit = deps.config.assignment.unfinishedMin
      for (const draw of await unfinishedDraws(turn.tx, turn.now - limit * 60_000)) {
        await markWarned(turn.tx, draw.id)
        const found = await deps.cases.find(turn.tx, draw.caseId)
        await deps.alerts.raise(turn, {
          cause: `draw.unfinished:${draw.id}`,
          rule: 'draw.unfinished',
          domain: 'case',
          object: `draw:${draw.id}`,
          at: turn.now,
          evidence: [],
          clearable: true,
          values: { caseNo: found?.caseNo ?? draw.caseId, minutes: limit, since: officeDate(draw.createdMs) },
        })
      }
    },
  }
}
