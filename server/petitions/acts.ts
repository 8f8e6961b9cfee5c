import { z } from 'zod'
import { officeDate } from '../../config/zone.ts'
import {
  PETITION_COLOUR_NAMES,
  PETITION_COLOURS,
  PetitionColour,
  petitionRoutes,
} from '../../contract/http/petitions.ts'
import { type BoundRoute, bind, type DangerousAct, type Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { raisedCause } from './assessing.ts'
import { nextReview } from './clocks.ts'
import { findPerson, type PetitionDeps, personOf } from './context.ts'
import { move, ready } from './moves.ts'
import { presentItem } from './present.ts'
import { findMatter, type Matter } from './repository.ts'
import { lowered, ruleOf } from './rules.ts'
import { chargedWith } from './seen.ts'

/** 降级 and 销号: proposed with evidence, done only by the approval of somebody else, one level above. */
const Payload = z.object({
  petitionId: z.string(),
  from: PetitionColour,
  to: PetitionColour,
  /** Since when the colour stood: a proposal about an older standing is void. */
  colourMs: z.int(),
  by: z.string(),
  text: z.string(),
})
type Payload = z.output<typeof Payload>
type Act = DangerousAct<Payload>
export interface PetitionActs {
  downgrade: ReadonlyMap<PetitionColour, Act>
  close: Act
}
const HOUR_MS = 3_600_000

export function petitionActs(deps: PetitionDeps): PetitionActs {
  const rules = deps.config.petitions
  const ttlMs = rules.approvalHours * HOUR_MS
  const downgrade = new Map<PetitionColour, Act>()
  for (const colour of PETITION_COLOURS) {
    const { approval } = ruleOf(rules, colour)
    if (!approval) continue
    downgrade.set(colour, {
      kind: `petitions.downgrade-${colour}`,
      name: `信访事项由${PETITION_COLOUR_NAMES[colour].name}色降一级（${approval.name}批准）`,
      approve: approval.permission,
      ttlMs,
      payload: Payload,
      perform: (turn, payload, by) => lower(deps, turn, payload, by),
    })
  }
  return {
    downgrade,
    close: {
      kind: 'petitions.close',
      name: `信访事项销号（${rules.closing.name}批准）`,
      approve: rules.closing.permission,
      ttlMs,
      payload: Payload,
      perform: (turn, payload, by) => close(deps, turn, payload, by),
    },
  }
}

/** @throws Refusal when the matter has moved on since the proposal */
async function asProposed(turn: Turn, { petitionId, from, colourMs }: Payload): Promise<Matter> {
  const matter = await findMatter(turn.tx, petitionId)
  if (!matter?.open || matter.colour !== from || matter.colourMs !== colourMs)
    throw new Refusal('conflict', '提请之后事项已有变化，请重新提请')
  return matter
}
/** One level above is above in the same department, or over all. @throws Refusal */
function approverOf(deps: PetitionDeps, matter: Matter, username: string) {
  const person = personOf(deps, { id: username, username })
  const { site, petitions } = deps.config
  const head = petitions.headTitles.includes(person.title)
  if (head && person.department !== matter.department) {
    const name = site.departments.find(({ id }) => id === matter.department)?.name ?? matter.department
    throw new Refusal('forbidden', `应由${name}负责人或分管领导批准`)
  }
  return person
}

type By = { proposer: string; approver: string }
async function lower(deps: PetitionDeps, turn: Turn, payload: Payload, by: By): Promise<void> {
  const before = await asProposed(turn, payload)
  const approver = approverOf(deps, before, by.approver)
  const judged = lowered(before.colour, payload.to, before.assessment)
  if (!judged.ok) throw new Refusal('conflict', judged.why)
  const { to } = judged
  await move(
    deps,
    turn,
    before,
    { step: 'downgrade', by: approver.id, text: payload.text, to, extra: { proposedBy: payload.by } },
    { colourMs: turn.now, reviewDue: nextReview(deps.config.petitions, to, officeDate(turn.now)) },
  )
  await deps.alerts.clear(turn, raisedCause(before), turn.now)
}
async function close(deps: PetitionDeps, turn: Turn, payload: Payload, by: By): Promise<void> {
  const before = await asProposed(turn, payload)
  if (before.stage !== 'close' || before.colour !== 'green') throw new Refusal('conflict', '事项已不在销号环节')
  const approver = approverOf(deps, before, by.approver)
  await move(
    deps,
    turn,
    before,
    { step: 'close', by: approver.id, text: payload.text, extra: { proposedBy: payload.by } },
    {
      closedOn: officeDate(turn.now),
      firstActionDue: null,
      reviewDue: null,
      revisits: deps.config.petitions.revisitDays.map((days) => ({ days, doneOn: null })),
    },
  )
}

/** Rejected and withdrawn proposals no longer stand in the way, and the history says so. */
export async function settledProposal(
  deps: PetitionDeps,
  turn: Turn,
  proposal: { id: string; kind: string; state: string; subject: string; note: string; decided_by: string | null },
): Promise<void> {
  if (!proposal.kind.startsWith('petitions.') || proposal.state === 'approved') return
  const matter = await findMatter(turn.tx, proposal.subject.split(':')[1] ?? '')
  if (!matter || matter.pendingId !== proposal.id) return
  const username = proposal.decided_by ?? ''
  const by = findPerson(deps, { id: username, username })?.id ?? username
  const said = proposal.state === 'withdrawn' ? '提请已撤回' : '未获批准'
  await move(deps, turn, matter, { step: 'refused', by, text: proposal.note || said })
}

export function proposalRoutes(deps: PetitionDeps, acts: PetitionActs): BoundRoute[] {
  const rules = deps.config.petitions
  const words = (matter: Matter, what: string) => `${matter.no}：${what}`
  return [
    bind(petitionRoutes.downgrade, async ({ params, body, person, now }) => {
      const me = personOf(deps, person)
      await chargedWith(deps, person, params.id)
      const done = await deps.records.write(async (turn) => {
        const before = await ready(turn, params.id, 'downgrade')
        const judged = lowered(before.colour, body.to, before.assessment)
        const from = before.colour
        if (!judged.ok) throw new Refusal('unprocessable', judged.why)
        const act = from && acts.downgrade.get(from)
        if (!from || !act) throw new Refusal('unprocessable', '这一颜色不能降级')
        const what = `由${PETITION_COLOUR_NAMES[from].name}色降为${PETITION_COLOUR_NAMES[judged.to].name}色`
        const approval = await deps.approvals.propose(turn, act, person, {
          subject: subjectOf(before),
          summary: words(before, what),
          reason: body.reason,
          payload: {
            petitionId: before.id,
            from,
            to: judged.to,
            colourMs: before.colourMs ?? 0,
            by: me.id,
            text: body.reason,
          },
        })
        const spec = { step: 'downgrade-proposed', by: me.id, text: body.reason, files: body.files } as const
        const moved = await move(
          deps,
          turn,
          before,
          { ...spec, extra: { approval, wanted: judged.to } },
          { pendingId: approval, pendingUntilMs: turn.now + act.ttlMs },
        )
        return { ...moved, approval, approver: ruleOf(rules, from).approval?.name ?? '' }
      })
      const { matter, entry, approval, approver } = done
      return { petition: presentItem(deps, matter, now), entry, approval, approver }
    }),
    bind(petitionRoutes.close, async ({ params, body, person, now }) => {
      const me = personOf(deps, person)
      await chargedWith(deps, person, params.id)
      const { matter, entry, approval } = await deps.records.write(async (turn) => {
        const before = await ready(turn, params.id, 'close')
        const approval = await deps.approvals.propose(turn, acts.close, person, {
          subject: subjectOf(before),
          summary: words(before, '销号'),
          reason: body.reason,
          payload: {
            petitionId: before.id,
            from: 'green',
            to: 'green',
            colourMs: before.colourMs ?? 0,
            by: me.id,
            text: body.reason,
          },
        })
        const spec = { step: 'close-proposed', by: me.id, text: body.reason, files: body.files } as const
        const moved = await move(
          deps,
          turn,
          before,
          { ...spec, extra: { approval } },
          { pendingId: approval, pendingUntilMs: turn.now + acts.close.ttlMs },
        )
        return { ...moved, approval }
      })
      return { petition: presentItem(deps, matter, now), entry, approval, approver: rules.closing.name }
    }),
  ]
}
/** Of one standing only one proposal; an old one about another colour does not bar a new one. */
const subjectOf = ({ id, colourMs }: Matter): string => `petition:${id}:${colourMs}`
