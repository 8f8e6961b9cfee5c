import type { Permissions } from '../../config/schema.ts'
import * as calls from '../../contract/http/people.ts'
import type { AuditPort } from '../audit/journal.ts'
import { type BoundRoute, bind, type Call, type Principal, type Records } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { Authenticator } from './authenticate.ts'
import { presentToken } from './present.ts'
import { permissionsOf } from './principal.ts'
import { putToken } from './registry.ts'
import * as store from './repository.ts'
import type { Revoked } from './routes.ts'

export interface TokenRouteDeps {
  records: Records
  audit: AuditPort
  rules: Permissions
  authenticator: Authenticator
  newId(): string
  randomToken(): string
  revoked(who: Revoked): void
}

const DAY_MS = 86_400_000

/**
 * A person's own tokens. Whoever calls with less than the account may do (a token of some scope, a sign-in that is
 * not complete) hands on no more than that, and no longer: a small key must not open the large one's door.
 */
export function tokenRoutes({
  records,
  audit,
  rules,
  authenticator,
  newId,
  randomToken,
  revoked,
}: TokenRouteDeps): BoundRoute[] {
  const isWhole = ({ roles, permissions }: Principal): boolean => permissionsOf(rules, roles).size === permissions.size
  const trace = (kind: string, { person, ip }: Pick<Call<unknown, unknown, unknown>, 'person' | 'ip'>, id: string) => ({
    kind,
    actor: person.username,
    ip,
    detail: { id },
  })
  return [
    bind(calls.tokens, async ({ person }) => ({
      items: (await store.tokensOf(records.read, person.id)).map(presentToken),
    })),
    bind(calls.createToken, async ({ person, body, ip }) => {
      const beyond = body.scopes?.find((scope) => !person.permissions.has(scope))
      if (beyond !== undefined)
        throw new Refusal('bad-input', undefined, [{ path: 'scopes', message: `您没有权限 ${beyond}，不能交给令牌` }])
      if (body.scopes === null && !isWhole(person))
        throw new Refusal('forbidden', '本次登录或令牌只有部分权限，不能新建带全部权限的令牌；请写明权限范围')
      const [id, token] = [newId(), randomToken()]
      return records.write(async (turn) => {
        const expiresAt = Math.min(turn.now + body.days * DAY_MS, person.until ?? Number.POSITIVE_INFINITY)
        await putToken(turn, person.id, { id, secret: token, label: body.label, scopes: body.scopes }, expiresAt)
        await audit.record(turn.tx, turn.now, trace('token.created', { person, ip }, id))
        return { id, label: body.label, createdAt: turn.now, expiresAt, scopes: body.scopes, token }
      })
    }),
    bind(calls.revokeToken, async ({ person, params, ip }) => {
      if (person.via === 'token' && !isWhole(person))
        throw new Refusal('forbidden', '只带部分权限的令牌不能吊销令牌，请登录后办理')
      await records.write(async ({ tx, now }) => {
        if (!(await store.dropToken(tx, params.id, person.id))) throw new Refusal('not-found')
        await audit.record(tx, now, trace('token.revoked', { person, ip }, params.id))
      })
      authenticator.forget()
      revoked({ accountId: person.id, exceptSessionId: person.sessionId })
      return undefined
    }),
  ]
}
