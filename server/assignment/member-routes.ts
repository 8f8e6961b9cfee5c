import { officeDate } from '../../config/zone.ts'
import { type AssignMember, assignmentRoutes } from '../../contract/http/assignment.ts'
import { drawRoutes } from '../../contract/http/draws.ts'
import { type BoundRoute, bind, type Principal } from '../feature.ts'
import type { AssignmentDeps } from './context.ts'
import { windowStart } from './draws.ts'
import { addLeaveOf, addRecusalOf, changeMember, endLeaveOf } from './members.ts'
import { loadPage } from './pages.ts'
import { personName } from './present.ts'
import { loadMembers, type StoredMember } from './repository.ts'

/** 参与名单 and 负荷台账. */
export function memberRoutes(deps: AssignmentDeps): BoundRoute[] {
  const { records } = deps
  const since = (now: number) => windowStart(now, deps.config.assignment.windowDays)
  return [
    bind(drawRoutes.load, async ({ now }) => {
      const members = await loadMembers(records.read, since(now))
      const today = officeDate(now)
      const items = members.map(({ id, department, cap, load, leave }) => ({
        id,
        name: personName(deps, id),
        department,
        cap,
        load,
        onLeave: leave.some(({ from, to }) => from <= today && today <= to),
      }))
      return { items, cursor: null }
    }),
    bind(assignmentRoutes.members, async ({ person, now }) => {
      const members = await loadMembers(records.read, since(now))
      return {
        items: await Promise.all(members.map((member) => presentMember(deps, member, person, officeDate(now)))),
        cursor: null,
      }
    }),
    bind(assignmentRoutes.loadRows, ({ params, query, now }) => loadPage(deps, params.id, query, now)),
    bind(drawRoutes.leave, async ({ params, body, person }) => ({
      entry: await records.write((turn) => addLeaveOf(deps, turn, params.id, person, body)),
    })),
    bind(assignmentRoutes.endLeave, async ({ params, body, person }) => ({
      entry: await records.write((turn) => endLeaveOf(deps, turn, params.id, params.leave, person, body)),
    })),
    bind(drawRoutes.recuse, async ({ params, body, person }) => ({
      entry: await records.write((turn) => addRecusalOf(deps, turn, params.id, person, body)),
    })),
    bind(drawRoutes.member, async ({ params, body, person }) => ({
      entry: await records.write((turn) => changeMember(deps, turn, params.id, person, body)),
    })),
  ]
}

async function presentMember(
  deps: AssignmentDeps,
  member: StoredMember,
  viewer: Principal,
  today: string,
): Promise<AssignMember> {
  const { site } = deps.config
  const cases = viewer.permissions.has('cases.read')
    ? await Promise.all([...member.recused].map((id) => deps.cases.find(deps.records.read, id)))
    : []
  const onLeave = member.leave.some(({ from, to }) => from <= today && today <= to)
  const onTaskForce = member.taskForceUntil !== null && today <= member.taskForceUntil
  return {
    id: member.id,
    name: personName(deps, member.id),
    department: site.departments.find(({ id }) => id === member.department)?.name ?? member.department,
    title: site.people.find(({ id }) => id === member.id)?.title ?? '',
    cap: member.cap,
    suspended: member.suspended,
    taskForceUntil: onTaskForce ? member.taskForceUntil : null,
    specialities: [...member.specialities],
    leave: member.leave.filter(({ to }) => to >= today).map(({ id, from, to }) => ({ id, from, to })),
    recusals: cases.flatMap((one) => (one && one.state !== 'closed' ? [{ caseId: one.id, caseNo: one.caseNo }] : [])),
    load: member.load,
    away: member.suspended ? 'suspended' : onLeave ? 'leave' : onTaskForce ? 'task-force' : null,
  }
}
