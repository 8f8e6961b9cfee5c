import { officeDate } from '../../config/zone.ts'
import type { MediationAct, MediationDetail, MediationItem, PartyItem } from '../../contract/http/mediations.ts'
import type { Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { type Context, nameOf, personOf } from './context.ts'
import { type Door, doorsOf } from './doors.ts'
import { findOne, notesOf } from './repository.ts'
import { countFiles } from './room.ts'
import { actsOf, ENDED, tryDoor } from './rules.ts'
import type { Mediation, Party } from './types.ts'

/** Who sits in the room: host and mediator. Only they see what is said in it. */
export const inRoom = (one: Mediation, person: string): boolean =>
  one.host === person || (one.mediator?.kind === 'staff' && one.mediator.id === person)
export const mayRead = (one: Mediation, who: Principal, person: string): boolean =>
  who.permissions.has('mediations.read') || inRoom(one, person)

/** @throws Refusal `not-found` also for what the caller may not know of */
export async function seen(ctx: Context, who: Principal, id: string): Promise<{ one: Mediation; me: string }> {
  const me = personOf(ctx, who).id
  const one = await findOne(ctx.records.read, id)
  if (!one || !mayRead(one, who, me)) throw new Refusal('not-found', '没有这件调解，或不由您办理')
  return { one, me }
}
/** @throws Refusal: host and mediator act; a challenge is decided by who may see all of them and is not challenged */
export function mustAct(one: Mediation, who: Principal, me: string, act: MediationAct): void {
  if (!callerMay(one, who, me, act)) throw new Refusal('forbidden', '只有主持人和调解员可以办理这件调解')
}
function callerMay(one: Mediation, who: Principal, me: string, act: MediationAct): boolean {
  if (!who.permissions.has('mediations.write')) return false
  if (act !== 'challenge') return inRoom(one, me)
  return one.mediator?.id !== me && (one.host === me || who.permissions.has('mediations.read'))
}

export function presentItem(ctx: Context, one: Mediation, now: number): MediationItem {
  const { id, title, kind, stage, matter, caseNo, host, mediator, parties, due, session, createdMs } = one
  return {
    ...{ id, title, kind, stage, matter, caseNo, host, due },
    kindName: ctx.config.mediations.kinds.find((each) => each.id === kind)?.name ?? kind,
    hostName: nameOf(ctx, host),
    mediatorName: mediator?.name ?? null,
    parties: parties.length,
    overdue: due !== null && due < officeDate(now) && !ENDED.includes(stage),
    sessionAt: session?.at ?? null,
    createdAt: createdMs,
  }
}

const linkState = (ctx: Context, door: Door | undefined, now: number): PartyItem['link'] => {
  if (!door) return 'none'
  const { fails, expires_ms, used_ms, session, session_ms } = door
  const { access } = ctx.config.mediations
  if (session !== null && session_ms !== null)
    return now - session_ms < access.sessionHours * 3_600_000 ? 'open' : 'expired'
  const state = tryDoor({ fails, expiresMs: expires_ms, usedMs: used_ms }, now, access.failures)
  return state === 'open' ? 'waiting' : state === 'locked' ? 'locked' : 'expired'
}
function presentParty(ctx: Context, party: Party, door: Door | undefined, now: number): PartyItem {
  const { identity, consent, rights, challenge, signed, id, name, role, standsFor, phone } = party
  const method = ctx.config.mediations.identity.find((each) => each.id === identity?.method)
  return {
    ...{ id, name, role, standsFor, rights, challenge },
    phoneTail: phone.replaceAll(/\D/g, '').slice(-4),
    identity: identity && {
      method: identity.method,
      methodName: method?.name ?? identity.method,
      at: identity.at,
      by: nameOf(ctx, identity.by),
    },
    link: linkState(ctx, door, now),
    consent: consent && { agree: consent.agree, at: consent.at },
    signedAt: signed?.at ?? null,
  }
}

export async function presentDetail(
  ctx: Context,
  one: Mediation,
  who: Principal,
  me: string,
  now: number,
): Promise<MediationDetail> {
  const { read } = ctx.records
  const [doors, notes, files] = await Promise.all([
    doorsOf(read, one.id),
    notesOf(read, one.id),
    countFiles(read, one.id),
  ])
  const { facts, handlers, suitability, mediator, session, issues, proposals, agreement, failure } = one
  const rules = ctx.config.mediations
  const by = (actor: string): string =>
    actor.startsWith('party:')
      ? (one.parties.find(({ id }) => `party:${id}` === actor)?.name ?? actor)
      : nameOf(ctx, actor)
  // What was offered in the room stays in the room.
  const room = inRoom(one, me)
  return {
    ...presentItem(ctx, one, now),
    ...{ facts, mediator, session, files, confirmation: one.confirmation, performance: one.performance },
    issues: room ? issues : [],
    proposals: room ? proposals : [],
    agreement,
    handlers: handlers.map((id) => ({ id, name: nameOf(ctx, id) })),
    people: one.parties.map((party) =>
      presentParty(
        ctx,
        party,
        doors.find((door) => door.party === party.id),
        now,
      ),
    ),
    suitability: suitability && { ...suitability, by: nameOf(ctx, suitability.by) },
    failure: failure && {
      ...failure,
      reasonName: rules.failures.find(({ id }) => id === failure.reason)?.name ?? failure.reason,
    },
    notes: notes.map(({ action, by: actor, at_ms, note }) => ({ action, by: by(actor), at: Number(at_ms), note })),
    acts: actsOf(one).filter((act) => callerMay(one, who, me, act)),
  }
}
