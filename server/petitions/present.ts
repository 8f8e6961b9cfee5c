import type { z } from 'zod'
import type { PetitionDetail, PetitionItem } from '../../contract/http/petitions.ts'
import {
  PETITION_COLOUR_NAMES,
  PETITION_REPLY_NAMES,
  PETITION_STEP_NAMES,
  PetitionColour,
  PetitionStep,
} from '../../contract/http/petitions.ts'
import type { Principal } from '../feature.ts'
import { duesOf, plusDays } from './clocks.ts'
import { departmentName, findPerson, inCharge, nameOf, type PetitionDeps, standingOf } from './context.ts'
import { actsOf } from './flow.ts'
import { outboxOf, presentLetter } from './outbox.ts'
import { filesOfRow, type Matter, type StepRow, stepsOf } from './repository.ts'
import { ruleOf } from './rules.ts'

/** Names each field that may leave. */
const DAY_MS = 86_400_000
type Item = z.output<typeof PetitionItem>

export function presentItem(deps: PetitionDeps, matter: Matter, now: number): Item {
  const ref = (id: string | null) => (id === null ? null : { id, name: nameOf(deps, id) })
  const next = duesOf(matter, now)[0] ?? null
  return {
    id: matter.id,
    no: matter.no,
    title: matter.title,
    kind: matter.kind,
    kindName: deps.config.petitions.kinds.find(({ id }) => id === matter.kind)?.name ?? matter.kind,
    channel: matter.channel,
    receivedOn: matter.receivedOn,
    area: matter.area,
    caseNo: matter.caseNo,
    colour: matter.colour,
    colourSince: matter.colourMs,
    stage: matter.stage,
    open: matter.open,
    score: matter.assessment?.score ?? null,
    people: matter.people,
    department: { id: matter.department, name: departmentName(deps, matter.department) },
    handler: ref(matter.handler),
    leader: ref(matter.leader),
    next,
    overdue: next?.overdue ?? false,
    idleDays: Math.max(0, Math.floor((now - matter.movedMs) / DAY_MS)),
    pending: standingOf(matter, now).pending,
  }
}

const colour = (text: string | null) => (text === null ? null : PetitionColour.parse(text))
export function presentStep(deps: PetitionDeps, row: StepRow) {
  const step = PetitionStep.parse(row.step)
  return {
    id: row.id,
    step,
    name: PETITION_STEP_NAMES[step],
    by: nameOf(deps, row.by),
    at: Number(row.at_ms),
    text: row.text,
    files: filesOfRow(row),
    from: colour(row.from_colour),
    to: colour(row.to_colour),
    seq: Number(row.seq),
    hash: row.hash,
  }
}

/** Who may see how to reach the petitioner: those in charge, nobody else. */
const seesContact = (deps: PetitionDeps, who: Principal, matter: Matter): boolean =>
  inCharge(deps, who, matter) || findPerson(deps, who)?.id === matter.leader

export async function presentDetail(
  deps: PetitionDeps,
  matter: Matter,
  who: Principal,
  now: number,
): Promise<z.input<typeof PetitionDetail>> {
  const db = deps.records.read
  const [steps, letters] = await Promise.all([stepsOf(db, matter.id), outboxOf(db, matter.id)])
  const rule = matter.colour === null ? null : ruleOf(deps.config.petitions, matter.colour)
  const charged = inCharge(deps, who, matter)
  const shown = seesContact(deps, who, matter)
  const standing = standingOf(matter, now)
  return {
    ...presentItem(deps, matter, now),
    demand: matter.demand,
    object: matter.object,
    anonymous: matter.anonymous,
    contact: shown ? matter.contact : null,
    contactHidden: !shown && matter.contact !== null,
    assessment: matter.assessment,
    tier: rule?.tier ?? null,
    measures: rule?.measures ?? [],
    responsible: rule?.responsible ?? null,
    reports: rule?.reports ?? [],
    dues: duesOf(matter, now),
    replies: matter.replies.map(({ kind, n, due, basis, doneOn }) => ({
      kind,
      name: kind === 'monthly' ? `${PETITION_REPLY_NAMES[kind]}（第 ${n} 次）` : PETITION_REPLY_NAMES[kind],
      due,
      basis,
      doneOn,
      onTime: doneOn === null ? null : doneOn <= due,
    })),
    exempt: matter.exempt,
    attempts: matter.attempts,
    revisits: matter.revisits.map(({ days, doneOn }) => ({
      days,
      due: plusDays(matter.closedOn ?? matter.receivedOn, days),
      doneOn,
    })),
    history: steps.map((row) => presentStep(deps, row)),
    outbox: letters.map((row) => presentLetter(deps, row, matter.no, now)),
    acts: charged ? actsOf(standing) : [],
    approver: rule?.approval?.name ?? null,
    pendingApproval: standing.pending === null ? null : matter.pendingId,
  }
}

export const colourWords = (one: PetitionColour): string => `${PETITION_COLOUR_NAMES[one].name}色`
