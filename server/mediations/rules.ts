import type { MediationAct, Stage } from '../../contract/http/mediations.ts'
import type { Mediation, Mediator, Party } from './types.ts'

/** Pure: which act may follow which (domain.md D.3). A refusal is a sentence for the person who tried. */
export type Verdict = { ok: true } | { ok: false; why: string }
const OK: Verdict = { ok: true }
const no = (why: string): Verdict => ({ ok: false, why })

/** At which stages an act of the desk is possible at all. */
const AT: Readonly<Record<MediationAct, readonly Stage[]>> = {
  party: ['consent'],
  identify: ['consent'],
  link: ['consent', 'suitability', 'mediator', 'schedule', 'rights', 'session', 'signing', 'agreed'],
  suitability: ['suitability'],
  mediator: ['mediator'],
  challenge: ['schedule', 'rights', 'session'],
  schedule: ['schedule', 'rights'],
  issues: ['session'],
  propose: ['session'],
  message: ['rights', 'session', 'signing'],
  draft: ['session'],
  redraft: ['signing'],
  fail: ['consent', 'suitability', 'mediator', 'schedule', 'rights', 'session', 'signing'],
  extend: ['schedule', 'rights', 'session', 'signing'],
  confirm: ['agreed'],
  duty: ['agreed'],
  archive: ['agreed', 'failed', 'closed'],
}
export const may = (one: Pick<Mediation, 'stage'>, act: MediationAct): boolean => AT[act].includes(one.stage)
export const ENDED: readonly Stage[] = ['agreed', 'archived', 'failed', 'closed']
/** Nothing is left to do in these, no duty to follow either. */
export const OVER: readonly Stage[] = ['archived', 'failed', 'closed']

/** The desk's acts that fit the stage. */
export const actsOf = (one: Mediation): MediationAct[] =>
  (Object.keys(AT) as MediationAct[]).filter(
    (act) =>
      may(one, act) &&
      (act !== 'challenge' || one.parties.some(({ challenge }) => challenge?.decided === null)) &&
      (act !== 'extend' || !one.extended) &&
      (act !== 'confirm' || one.confirmation?.state === 'open') &&
      (act !== 'duty' || one.performance.some(({ state }) => state === 'open')),
  )

/** No link before the person behind it was seen. */
export function mayLink(party: Party): Verdict {
  return party.identity ? OK : no('请先核验这一方的身份，再发放链接')
}

/** Everybody's consent, or the end: one no is enough. */
export function afterConsent(one: Mediation): Stage {
  if (one.parties.some(({ consent }) => consent?.agree === false)) return 'closed'
  return one.parties.every(({ consent, identity }) => consent?.agree && identity) ? 'suitability' : 'consent'
}

/** Every exclusion has been looked at by name; one that is found ends it. */
export function judgeSuitability(
  exclusions: readonly { id: string }[],
  said: { checked: readonly string[]; found: readonly string[] },
): { ok: true; next: Stage } | { ok: false; why: string } {
  const known = new Set(exclusions.map(({ id }) => id))
  if (said.found.some((id) => !known.has(id))) return { ok: false, why: '没有这种不予调解的情形' }
  if (exclusions.some(({ id }) => !said.checked.includes(id) && !said.found.includes(id)))
    return { ok: false, why: '还有情形没有核对，请逐项核对' }
  return { ok: true, next: said.found.length > 0 ? 'closed' : 'mediator' }
}

const sameName = (a: string, b: string): boolean => a.replaceAll(/\s/g, '') === b.replaceAll(/\s/g, '')

/** Who has a stake does not mediate. */
export function conflictOf(one: Mediation, mediator: Mediator): Verdict {
  if (mediator.kind === 'staff' && one.handlers.includes(mediator.id)) return no('案件承办人不能担任这件调解的调解员')
  if (one.parties.some(({ name }) => sameName(name, mediator.name))) return no('调解员与一方当事人同名，请核实或另选')
  if (one.replaced.includes(mediator.id)) return no('当事人已申请更换此调解员，请另选')
  return OK
}

/** A link to the meeting leads to a host that the office has named, over TLS. */
export function videoFits(link: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(link)) return false
  const { protocol, hostname, username } = new URL(link)
  const fits = (host: string) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host)
  return protocol === 'https:' && username === '' && hosts.some(fits)
}

/** Rights read by everybody, no challenge open: the session may begin. */
export const afterRights = (one: Mediation): Stage =>
  one.session && one.parties.every(({ rights, challenge }) => rights && challenge?.decided !== null)
    ? 'session'
    : one.stage

export function maySign(one: Mediation, party: Party, hash: string): Verdict {
  if (one.stage !== 'signing' || !one.agreement) return no('现在不是签署阶段')
  if (party.signed) return no('您已签名')
  return one.agreement.hash === hash ? OK : no('协议已更新，请重新阅读后再签名')
}
/** An agreement stands when each party has signed the same bytes. */
export const afterSigning = (one: Mediation): Stage =>
  one.parties.every(({ signed }) => signed && signed.hash === one.agreement?.hash) ? 'agreed' : 'signing'

/** Nothing is written down while somebody's wish for another mediator waits. */
export const mayDraft = (one: Mediation): Verdict =>
  one.parties.some(({ challenge }) => challenge?.decided === null) ? no('更换调解员的申请尚未处理，请先由他人决定') : OK

export function mayArchive(one: Mediation): Verdict {
  if (one.stage !== 'agreed') return OK
  if (one.confirmation?.state === 'open') return no('请先登记司法确认（或和解协议书）的办理情况')
  return one.performance.some(({ state }) => state === 'open') ? no('还有义务没有回访') : OK
}

/** Which caucuses and what of the room a party sees. */
export const seesChannel = (party: string, channel: string): boolean => channel === 'room' || channel === party
/** Where a party may speak, and when. */
export function maySpeak({ stage }: Mediation, channel: 'room' | 'caucus'): Verdict {
  if (stage === 'session' || stage === 'signing') return OK
  return stage === 'rights' && channel === 'caucus' ? OK : no('调解还没有开始，或已经结束')
}

export const MAX_WRONG_CODES = 5
/** What a try at the door leads to. */
export function tryDoor(
  link: { fails: number; expiresMs: number; usedMs: number | null },
  now: number,
  limit = MAX_WRONG_CODES,
): 'open' | 'used' | 'expired' | 'locked' {
  if (link.fails >= limit) return 'locked'
  if (link.usedMs !== null) return 'used'
  return link.expiresMs <= now ? 'expired' : 'open'
}

/** Longest path of a signature's pen in points of the sheet, and shortest: a dot is no signature. */
const PATH = { least: 60, most: 20_000, points: 6000 } as const
export function signatureFits(strokes: readonly (readonly (readonly [number, number])[])[]): Verdict {
  let [length, points] = [0, 0]
  for (const stroke of strokes)
    stroke.forEach(([x, y], at) => {
      const [a, b] = stroke[at - 1] ?? [x, y]
      length += Math.hypot(x - a, y - b)
      points++
    })
  if (length > PATH.most || points > PATH.points) return no('签名笔画过多，请清除后重签')
  return length < PATH.least ? no('签名过于简单，请完整签写姓名') : OK
}
