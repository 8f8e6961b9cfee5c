import type { Turn } from '../feature.ts'
import { append } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { CHAIN, type Context } from './context.ts'
import { PANEL } from './figures.ts'
import { addNote, findOne, updateOne } from './repository.ts'
import { MEDIATOR, say } from './room.ts'
import type { Mediation, Party } from './types.ts'

/** Every step is one turn: the rule decides, the note is kept, the chain says so. */
export interface Step {
  action: string
  /** Person id, or `party:<id>`. */
  by: string
  note?: string
  /** What the chain holds besides: hashes and ids, never a name or a word of the room. */
  facts?: Record<string, string | number>
  /** Said to everybody in the room. */
  tell?: string
}

/** @throws Refusal `not-found` */
export async function fetched(turn: Turn, id: string): Promise<Mediation> {
  const one = await findOne(turn.tx, id)
  if (!one) throw new Refusal('not-found', '没有这件调解')
  return one
}

/** @throws Refusal `conflict` when somebody has changed it meanwhile */
export async function change(
  ctx: Context,
  turn: Turn,
  before: Mediation,
  next: Partial<Mediation>,
  step: Step,
): Promise<Mediation> {
  const after = { ...before, ...next }
  if (!(await updateOne(turn.tx, before, after))) throw new Refusal('conflict', '这一步已由他人完成，请刷新')
  await trace(ctx, turn, after, step)
  return { ...after, rev: before.rev + 1 }
}

export async function trace(ctx: Context, turn: Turn, one: Mediation, step: Step): Promise<void> {
  const { action, by, note = '', facts = {}, tell } = step
  const body = { mediationId: one.id, stage: one.stage, by, agreement: one.agreement?.hash ?? '', ...facts }
  const entry = await append(turn.tx, CHAIN, `mediation.${action}`, body, turn.now)
  await addNote(turn.tx, {
    ...{ id: ctx.newId(), mediation_id: one.id, action, by, note, seq: entry.seq, at_ms: turn.now },
  })
  turn.touch(PANEL)
  if (tell) await say(turn.tx, one.id, { channel: 'room', kind: 'system', by: MEDIATOR, text: tell }, turn.now)
  turn.afterCommit(() => ctx.anchor(CHAIN, entry))
}

export const withParty = (one: Mediation, id: string, next: Partial<Party>): Party[] =>
  one.parties.map((party) => (party.id === id ? { ...party, ...next } : party))
/** @throws Refusal */
export function partyOf(one: Mediation, id: string): Party {
  const found = one.parties.find((party) => party.id === id)
  if (!found) throw new Refusal('not-found', '没有这一方当事人')
  return found
}
/** @throws Refusal `conflict` with the rule's sentence */
export function must(verdict: { ok: true } | { ok: false; why: string }): void {
  if (!verdict.ok) throw new Refusal('conflict', verdict.why)
}
