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
  hasLoad,
  loadGivenOn,
  loadMembers,
  markWarned,
  putMember,
  unfinishedDraws,
} from './repository.ts'
import { absenceCredit, type Member } from './rules.ts'

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

async function memberOf(deps: AssignmentDeps, turn: Turn, id: string): Promise<Member> {
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
  change: { cap?: number; suspended?: boolean; taskForceUntil?: string | null; reason: string },
): Promise<ChainEntry> {
  const member = await memberOf(deps, turn, id)
  const next = {
    cap: change.cap ?? member.cap,
    suspended: change.suspended ?? member.suspended,
    taskForceUntil: change.taskForceUntil === undefined ? member.taskForceUntil : change.taskForceUntil,
  }
  await putMember(turn.tx, {
    id,
    department: member.department,
    cap: next.cap,
    suspended: next.suspended ? 1 : 0,
    task_force_until: next.taskForceUntil,
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
  await addLeave(turn.tx, { id: deps.newId(), member: id, from_day: leave.from, to_day: leave.to })
  return record(deps, turn, {
    member: id,
    change: 'leave',
    from: leave.from,
    to: leave.to,
    reason: leave.reason,
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

/** Credits yesterday's absences, once for each member and day. */
export function absenceTick(deps: AssignmentDeps): Tick {
  return {
    name: 'absence-credit',
    everyMs: 600_000,
    async run(turn) {
      const day = officeTime(turn.now).toPlainDate().subtract({ days: 1 }).toString()
      const members = await loadMembers(turn.tx, windowStart(turn.now, deps.config.assignment.windowDays))
      const absent = (member: Member) => member.leave.some(({ from, to }) => from <= day && day <= to)
      const away = members.filter(absent)
      if (away.length === 0) return
      const given = await loadGivenOn(turn.tx, day)
      for (const member of away) {
        const id = `absence:${member.id}:${day}`
        if (await hasLoad(turn.tx, id)) continue
        const present = members.filter((one) => one.department === member.department && !absent(one) && !one.suspended)
        const load = present.reduce((sum, one) => sum + (given.get(one.id) ?? 0), 0)
        const amount = absenceCredit(
          load,
          present.map(({ cap }) => cap),
          member.cap,
        )
        if (amount === 0) continue
        const entry = await append(
          turn.tx,
          CHAIN,
          'load.adjusted',
          { member: member.id, day, amount, reason: 'absence-credit' },
          turn.now,
        )
        await addLoad(turn.tx, { id, member: member.id, day, amount, kind: 'absence', ref: day, seq: entry.seq })
        turn.touch(...DRAW_PANELS)
      }
    },
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
