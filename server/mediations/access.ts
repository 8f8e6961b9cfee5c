import { createHmac } from 'node:crypto'
import { MEDIATE_COOKIE, MEDIATE_PATH } from '../../contract/http/mediate.ts'
import type { Call, Turn } from '../feature.ts'
import { fingerprint, readCookie, sameText } from '../people/cookie.ts'
import { Refusal } from '../refusal.ts'
import type { Context } from './context.ts'
import { changeDoor, type Door, doorByLink, doorBySession, putDoor } from './doors.ts'
import { trace } from './moves.ts'
import { findOne } from './repository.ts'
import { tryDoor } from './rules.ts'
import type { Mediation, Party } from './types.ts'

/** How outside parties come in: link, then code, then a cookie that is good for one party of one mediation. */
const HOUR_MS = 3_600_000
const codeHash = (link: string, code: string): string => createHmac('sha256', link).update(code).digest('base64url')

/** Digits without a bias: bytes above 249 are thrown away. */
function makeCode({ randomBytes }: Context, digits: number): string {
  let code = ''
  while (code.length < digits)
    for (const byte of randomBytes(16)) if (byte < 250 && code.length < digits) code += String(byte % 10)
  return code
}

/** A new door: link and code are told once and kept nowhere. */
export async function openDoor(
  ctx: Context,
  turn: Turn,
  mediation: string,
  party: string,
): Promise<{ path: string; code: string; expiresAt: number }> {
  const { access } = ctx.config.mediations
  const link = ctx.randomToken()
  const code = makeCode(ctx, access.codeDigits)
  const expiresAt = turn.now + access.linkHours * HOUR_MS
  await putDoor(turn.tx, {
    ...{ mediation_id: mediation, party, link: fingerprint(link), code: codeHash(link, code) },
    ...{ fails: 0, expires_ms: expiresAt, used_ms: null, session: null, session_ms: null },
  })
  // In the fragment: it stays in the browser and in no log.
  return { path: `/mediate#${link}`, code, expiresAt }
}

type Entrance = Pick<Call<unknown, unknown, { link: string; code: string }>, 'body' | 'ip' | 'now' | 'setCookie'>
const SAYINGS = {
  unknown: '链接无效，或已重新发放；请使用最新的链接',
  wrong: '验证码不正确',
  used: '链接已使用过；换手机或退出后，请联系工作人员重新发放',
  expired: '链接已过期，请联系工作人员重新发放',
  locked: '验证码多次错误，链接已锁定，请联系工作人员重新发放',
} as const

/** @throws Refusal `bad-credentials`, `locked-out`, `too-many-requests` */
export async function enter(ctx: Context, { body, ip, now, setCookie }: Entrance): Promise<void> {
  if (ctx.addresses.blocked(ip, now)) throw new Refusal('too-many-requests', '错误次数过多，请十分钟后再试')
  const cookie = ctx.randomToken()
  // A turn: tries come one after another, so that none is left uncounted.
  const outcome = await ctx.records.write((turn) => atTheDoor(ctx, turn, body, cookie))
  if (outcome === 'in') {
    const maxAgeS = ctx.config.mediations.access.sessionHours * 3600
    return setCookie(MEDIATE_COOKIE, cookie, { maxAgeS, path: MEDIATE_PATH })
  }
  ctx.addresses.failed(ip, now)
  throw new Refusal(outcome === 'locked' ? 'locked-out' : 'bad-credentials', SAYINGS[outcome])
}

async function atTheDoor(
  ctx: Context,
  turn: Turn,
  { link, code }: { link: string; code: string },
  cookie: string,
): Promise<'in' | keyof typeof SAYINGS> {
  const door = await doorByLink(turn.tx, fingerprint(link))
  const one = door && (await findOne(turn.tx, door.mediation_id))
  if (!door || !one) return 'unknown'
  const { access } = ctx.config.mediations
  const limit = access.failures
  const state = tryDoor({ fails: door.fails, expiresMs: door.expires_ms, usedMs: door.used_ms }, turn.now, limit)
  if (state !== 'open') return state
  if (!sameText(codeHash(link, code), door.code)) {
    const fails = door.fails + 1
    await changeDoor(turn.tx, door, { fails })
    if (fails < limit) return 'wrong'
    await trace(ctx, turn, one, { action: 'locked', by: `party:${door.party}`, note: '验证码多次错误，链接锁定' })
    return 'locked'
  }
  await changeDoor(turn.tx, door, { fails: 0, used_ms: turn.now, session: fingerprint(cookie), session_ms: turn.now })
  await trace(ctx, turn, one, { action: 'enter', by: `party:${door.party}` })
  return 'in'
}

export interface Guest {
  door: Door
  one: Mediation
  party: Party
}
/** @throws Refusal `signed-out` for everybody who has not come through a door that still stands */
export async function guestOf(
  ctx: Context,
  { headers, now }: Pick<Call<unknown, unknown, unknown>, 'headers' | 'now'>,
  turn?: Turn,
): Promise<Guest> {
  const cookie = readCookie(headers.cookie, MEDIATE_COOKIE)
  const db = turn?.tx ?? ctx.records.read
  const door = cookie ? await doorBySession(db, fingerprint(cookie)) : undefined
  const good = door?.session_ms != null && now - door.session_ms < ctx.config.mediations.access.sessionHours * HOUR_MS
  const one = good ? await findOne(db, door.mediation_id) : undefined
  const party = one?.parties.find(({ id }) => id === door?.party)
  if (!door || !one || !party || one.stage === 'archived')
    throw new Refusal('signed-out', '请用工作人员发给您的链接和验证码进入')
  return { door, one, party }
}
