import type { IncomingMessage } from 'node:http'
import { CSRF_HEADER } from '../../contract/http/people.ts'
import type { RouteSpec } from '../../contract/http/route.ts'
import type { Principal } from '../feature.ts'
import { sameText } from '../people/cookie.ts'
import { judgeOrigin, type OriginHeaders } from '../people/origin.ts'
import { type Allowance, type Rate, RateLimiter } from '../people/rate.ts'
import { Refusal } from '../refusal.ts'
import type { Caller } from './dispatch.ts'

/** contract.md: not tighter than 50 a second for a token, 500 for ingest. */
const CALLS: Allowance = { rate: 100, burst: 300 }
const INGEST: Allowance = { rate: 1000, burst: 3000 }

export interface Guards {
  csrfOf(sessionId: string): string
  origins: readonly string[]
  now(): number
  calls: Rate
  ingest: Rate
}

/** Several servers keep their limits together. */
export type MakeRate = (name: string, allowance: Allowance) => Rate

export const makeGuards = (
  deps: Pick<Guards, 'csrfOf' | 'origins' | 'now'>,
  make: MakeRate = (_name, allowance) => new RateLimiter(allowance),
): Guards => ({ ...deps, calls: make('calls', CALLS), ingest: make('ingest', INGEST) })

/** The order of the guards stands here: origin, CSRF, permission, rate. @throws Refusal */
export async function guardRequest(
  req: IncomingMessage,
  spec: RouteSpec,
  caller: Caller,
  guards: Guards,
): Promise<void> {
  if (spec.method !== 'GET') guardWrite(req, spec, caller.person, guards)
  if (!mayCall(spec, caller.person)) throw new Refusal('forbidden')
  const limiter = spec.permission === 'ingest.write' ? guards.ingest : guards.calls
  const key = caller.person ? `${caller.person.via}:${caller.person.id}` : `ip:${caller.ip}`
  if (!(await limiter.take(key, guards.now()))) throw new Refusal('too-many-requests')
}

/** A cookie travels by itself, so a write by cookie must prove that one of our pages made it. */
function guardWrite(req: IncomingMessage, spec: RouteSpec, person: Principal | undefined, guards: Guards): void {
  if (person?.via === 'token') return
  if (judgeOrigin(req.headers as OriginHeaders, guards.origins) === 'foreign') throw new Refusal('bad-origin')
  if (person?.via !== 'session' || spec.permission === 'public') return
  const shown = req.headers[CSRF_HEADER]
  const sessionId = person.sessionId ?? ''
  if (typeof shown !== 'string' || !sameText(shown, guards.csrfOf(sessionId))) throw new Refusal('bad-csrf')
}

/** Deny by default. A screen on the wall has no affairs of its own. */
export function mayCall({ permission, method }: RouteSpec, person: Principal | undefined): boolean {
  if (permission === 'public') return true
  if (!person) return false
  if (permission === 'signed-in') return person.via !== 'wall-key' || method === 'GET'
  return person.permissions.has(permission)
}
