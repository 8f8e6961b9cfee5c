import { createHash } from 'node:crypto'
import { officeDate } from '../../config/zone.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import type { PetitionAct, PetitionColour, PetitionFile, PetitionStep } from '../../contract/http/petitions.ts'
import type { Turn } from '../feature.ts'
import { append } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { duesOf, nextMonths, type Reply, waiting } from './clocks.ts'
import { bookOf, CHAIN, PANELS, type PetitionDeps, standingOf } from './context.ts'
import { useFiles } from './files.ts'
import { after, type Move, mayDo, refusalOf } from './flow.ts'
import { addSteps, findMatter, type Matter, moveMatter, NEVER_MS } from './repository.ts'
import { ruleOf } from './rules.ts'
import { syncTold } from './told.ts'

/** Every step is one turn: the rule decides, the history keeps words and files, the chain keeps their hashes. */
export interface Moved {
  matter: Matter
  entry: ChainEntry
  files: PetitionFile[]
}
export interface StepSpec {
  step: PetitionStep
  /** Person id of site.yaml. */
  by: string
  text: string
  /** Hashes of uploaded files. */
  files?: readonly string[]
  to?: PetitionColour | null
  outcome?: Move['outcome']
  /** What else the chain says; no names and no words. */
  extra?: Readonly<Record<string, string | number | readonly string[]>>
}

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
export const nextDueMs = (matter: Matter, now: number): number => duesOf(matter, now)[0]?.dueAt ?? NEVER_MS

/** @throws Refusal when the matter is gone or the step's turn has not come */
export async function ready(turn: Turn, id: string, act: PetitionAct): Promise<Matter> {
  const matter = await findMatter(turn.tx, id)
  if (!matter) throw new Refusal('not-found', '没有这件事项')
  const standing = standingOf(matter, turn.now)
  if (!mayDo(standing, act)) throw new Refusal('conflict', refusalOf(standing, act))
  return matter
}

/**
 * @param change what the step writes besides where the flow leads
 * @throws Refusal `conflict` when somebody has moved it meanwhile
 */
export async function move(
  deps: PetitionDeps,
  turn: Turn,
  before: Matter,
  spec: StepSpec,
  change: Partial<Matter> = {},
): Promise<Moved> {
  const to = spec.to === undefined ? before.colour : spec.to
  const step: Move = { step: spec.step, from: before.colour, to, outcome: spec.outcome ?? null }
  const standing = after(standingOf(before, turn.now), step)
  const stillPending = standing.pending !== null
  const merged: Matter = {
    ...before,
    pendingId: stillPending ? before.pendingId : null,
    pendingUntilMs: stillPending ? before.pendingUntilMs : null,
    firstActionDue: acted(deps, before, spec.step) ? null : before.firstActionDue,
    ...change,
    ...standing,
    movedMs: turn.now,
  }
  const matter = { ...merged, replies: withMonths(deps, merged, turn.now), rev: before.rev + 1 }
  if (!(await moveMatter(turn.tx, before, matter, nextDueMs(matter, turn.now))))
    throw new Refusal('conflict', '这件事项刚刚已由他人办理，请重新打开')
  const files = await useFiles(turn.tx, matter.id, spec.files ?? [])
  const entry = await keep(deps, turn, matter, spec, step, files)
  await syncTold(deps, turn, [matter], false)
  return { matter, entry, files }
}

/** The history's row and the chain's entry of one step. */
export async function keep(
  deps: PetitionDeps,
  turn: Turn,
  matter: Matter,
  spec: StepSpec,
  { step, from, to, outcome }: Move,
  files: readonly PetitionFile[],
): Promise<ChainEntry> {
  const body = {
    petitionId: matter.id,
    no: matter.no,
    by: spec.by,
    from: from ?? '',
    to: to ?? '',
    stage: matter.stage,
    open: matter.open ? 1 : 0,
    outcome: outcome ?? '',
    text: sha256(spec.text),
    files: files.map(({ hash }) => hash),
    ...spec.extra,
  }
  const entry = await append(turn.tx, CHAIN, `petition.${step}`, body, turn.now)
  await addSteps(turn.tx, [
    {
      id: deps.newId(),
      petition_id: matter.id,
      step,
      by: spec.by,
      at_ms: turn.now,
      text: spec.text,
      files: JSON.stringify(files),
      from_colour: from,
      to_colour: to,
      outcome,
      seq: entry.seq,
      hash: entry.hash,
    },
  ])
  turn.touch(...PANELS)
  turn.afterCommit(() => deps.anchor(CHAIN, entry))
  return entry
}

const acted = ({ config }: PetitionDeps, { colour }: Matter, step: PetitionStep): boolean =>
  colour !== null && (ruleOf(config.petitions, colour).firstActionBy as readonly string[]).includes(step)

/** Months that have begun meanwhile: however late somebody looks, none is skipped. */
export const withMonths = (deps: PetitionDeps, matter: Matter, now: number): Reply[] => [
  ...matter.replies,
  ...nextMonths(
    bookOf(deps),
    deps.config.petitions,
    matter.replies,
    officeDate(now),
    !matter.open || matter.answered || matter.exempt !== null,
  ),
]

/** A result was given: whatever waited is answered today, late or not. */
export const allAnswered = (replies: readonly Reply[], today: string): Reply[] =>
  replies.map((reply) => (reply.doneOn === null ? { ...reply, doneOn: today } : reply))
/** One reply is given; it fills the oldest gap of its kind. @throws Refusal when none waits */
export function answered(replies: readonly Reply[], kind: Reply['kind'], day: string): Reply[] {
  const one = waiting(replies, kind)
  if (!one) throw new Refusal('conflict', '没有待答复的这一期限：已答复过，或还没有开始')
  return replies.map((reply) => (reply === one ? { ...reply, doneOn: day } : reply))
}
