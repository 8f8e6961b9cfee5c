import type { IncomingMessage } from 'node:http'
import { HandshakeAuth } from '../../contract/live.ts'
import type { Credentials } from '../people/authenticate.ts'
import { judgeOrigin, type OriginHeaders } from '../people/origin.ts'

/**
 * Browsers send cookies along with every WebSocket handshake, whoever's page opens it; so the origin decides
 * (protocols.md section 7). Without any sign of origin no cookie counts: a token or wall key is needed.
 */
export function mayKnock(req: IncomingMessage, origins: readonly string[]): boolean {
  const verdict = judgeOrigin(req.headers as OriginHeaders, origins)
  if (verdict === 'foreign') return false
  return verdict === 'own' || req.headers.cookie === undefined || req.headers.authorization !== undefined
}

export interface Shown {
  credentials: Credentials
  screen: string | null
  wall: string | null
}

/** What the client shows: `auth.token`, `auth.key`, Authorization, or the cookies of one of our own pages. */
export function readHandshake(headers: IncomingMessage['headers'], auth: unknown, origins: readonly string[]): Shown {
  const { token, key, screen = null, wall = null } = HandshakeAuth.safeParse(auth ?? {}).data ?? {}
  if (token !== undefined) return { credentials: { authorization: `Bearer ${token}` }, screen, wall }
  if (key !== undefined) return { credentials: { wallKey: key }, screen, wall }
  const { authorization, cookie } = headers
  if (authorization !== undefined) return { credentials: { authorization }, screen, wall }
  const own = judgeOrigin(headers as OriginHeaders, origins) === 'own'
  return { credentials: own ? { cookie } : {}, screen, wall }
}
