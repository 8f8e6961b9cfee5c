import type { AccountRules } from '../../config/accounts.ts'
import type { Permissions } from '../../config/schema.ts'
import * as calls from '../../contract/http/people.ts'
import type { AuditPort } from '../audit/journal.ts'
import { type BoundRoute, bind, type Principal, type Records } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { formerPasswords, notePassword } from './account-repository.ts'
import { type Authenticator, needsFactor } from './authenticate.ts'
import { csrfToken, fingerprint, readCookie, sign, unsign } from './cookie.ts'
import type { SecondFactors } from './factors.ts'
import { ABSOLUTE_MS } from './lockout.ts'
import type { LoginDesk } from './login.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { passwordFault } from './policy.ts'
import { presentAccount, presentWallKey } from './present.ts'
import { accountPrincipal } from './principal.ts'
import { putWallKey } from './registry.ts'
import * as store from './repository.ts'
import { tokenRoutes } from './token-routes.ts'

export interface RouteDeps {
  records: Records
  audit: AuditPort
  rules: Permissions
  accounts: AccountRules
  factors: SecondFactors
  cookieKey: string
  desk: LoginDesk
  authenticator: Authenticator
  newId(): string
  randomToken(): string
  /** Cut the live connections of what has ended. */
  revoked(who: Revoked): void
}
/** What has ended: one session, everything of an account, or one wall key. */
export type Revoked =
  | { sessionId: string }
  | { accountId: string; exceptSessionId: string | null }
  | { wallKeyId: string }

const DAY_MS = 86_400_000
const COOKIE_DAYS = 400

export const peopleRoutes = (deps: RouteDeps): readonly BoundRoute[] => [
  ...sessionRoutes(deps),
  ...tokenRoutes(deps),
  ...wallRoutes(deps),
  bind(calls.accounts, async ({ now }) => {
    const locked = await store.lockedNames(deps.records.read, now)
    const rows = await store.allAccounts(deps.records.read)
    return { items: rows.map((row) => presentAccount(row, locked.get(row.username) ?? null)) }
  }),
]

function sessionRoutes(deps: RouteDeps): BoundRoute[] {
  const { records, audit, authenticator, revoked } = deps
  const present = async (person: Principal): Promise<calls.Me> => {
    const account = await store.accountById(records.read, person.id)
    return {
      id: person.id,
      username: person.username,
      name: person.name,
      roles: person.roles.map((id) => ({ id, name: deps.rules.roles[id]?.name ?? id })),
      department: person.department,
      post: person.post,
      permissions: [...person.permissions].sort(),
      via: person.via,
      csrf: person.sessionId === null ? null : csrfToken(deps.cookieKey, person.sessionId),
      mustChangePassword: account?.must_change === 1,
      secondFactor:
        (await deps.factors.state(person.id)) === 'on'
          ? 'on'
          : needsFactor(deps.accounts, person.roles)
            ? 'wanted'
            : 'none',
    }
  }
  return [
    bind(calls.login, async ({ body, ip, headers, setCookie }) => {
      const old = readCookie(headers.cookie, calls.SESSION_COOKIE)
      const oldSecret = old ? unsign(deps.cookieKey, calls.SESSION_COOKIE, old) : undefined
      const oldSessionId = oldSecret ? fingerprint(oldSecret) : null
      const { account, secret, sessionId } = await deps.desk.signIn({ ...body, ip, oldSessionId })
      if (oldSessionId) revoked({ sessionId: oldSessionId })
      const cookie = sign(deps.cookieKey, calls.SESSION_COOKIE, secret)
      setCookie(calls.SESSION_COOKIE, cookie, { maxAgeS: ABSOLUTE_MS / 1000 })
      const only = (await authenticator.isComplete(account)) ? undefined : []
      return present(accountPrincipal(deps.rules, account, 'session', sessionId, only))
    }),
    bind(calls.logout, async ({ person, ip, setCookie }) => {
      const { sessionId } = person
      if (sessionId === null) return undefined
      await records.write(async ({ tx, now }) => {
        await store.dropSession(tx, sessionId)
        await audit.record(tx, now, { kind: 'logout', actor: person.username, ip, detail: {} })
      })
      setCookie(calls.SESSION_COOKIE, null, {})
      revoked({ sessionId })
      return undefined
    }),
    bind(calls.me, ({ person }) => present(person)),
    bind(calls.changePassword, async ({ person, body, ip }) => {
      const account = await store.accountById(records.read, person.id)
      if (!account || account.source === 'ldap') throw new Refusal('unprocessable', '口令在单位目录中，请到目录修改')
      const shown = { username: account.username, ip }
      if (!(await deps.desk.proveAgain(shown, () => verifyPassword(body.current, account.password))))
        throw new Refusal('bad-input', undefined, [{ path: 'current', message: '当前口令不正确' }])
      const { history } = deps.accounts.password
      const kept = await formerPasswords(records.read, account.id, history)
      const former = [...(account.password ? [account.password] : []), ...kept.map(({ hash }) => hash)]
      const fault = await passwordFault(deps.accounts.password, body.next, { ...account, former })
      if (fault) throw new Refusal('bad-input', undefined, [{ path: 'next', message: fault }])
      const password = await hashPassword(body.next)
      await records.write(async ({ tx, now }) => {
        await store.changeAccount(tx, person.id, { password, must_change: 0 })
        await notePassword(tx, person.id, now, password)
        await store.dropSessionsOf(tx, person.id, person.sessionId)
        await audit.record(tx, now, { kind: 'password.changed', actor: person.username, ip, detail: {} })
      })
      authenticator.forget()
      revoked({ accountId: person.id, exceptSessionId: person.sessionId })
      return undefined
    }),
  ]
}

function wallRoutes(deps: RouteDeps): BoundRoute[] {
  const { records, audit, authenticator, newId, randomToken, revoked } = deps
  /** The screen's own secret: made for the first one, known by its cookie later. @throws Refusal for another screen */
  const bindScreen = async (keyId: string, cookies: string | undefined): Promise<string> => {
    const signed = readCookie(cookies, calls.WALL_COOKIE)
    const known = signed ? unsign(deps.cookieKey, calls.WALL_COOKIE, signed) : undefined
    if (known && (await store.wallKeyByDevice(records.read, fingerprint(known)))?.id === keyId) return known
    const secret = randomToken()
    if (await records.write(({ tx }) => store.bindWallKey(tx, keyId, fingerprint(secret)))) return secret
    throw new Refusal('signed-out', '这个大屏密钥已绑定另一块屏幕，请联系管理员为本屏另建密钥')
  }
  return [
    bind(calls.wallKeys, async () => ({ items: (await store.allWallKeys(records.read)).map(presentWallKey) })),
    bind(calls.createWallKey, async ({ person, body, ip }) => {
      const [id, key] = [newId(), randomToken()]
      return records.write(async (turn) => {
        await putWallKey(turn, { id, secret: key, label: body.label, bind: body.bind }, body.screen)
        const entry = { kind: 'wall-key.created', actor: person.username, ip, detail: { id } }
        await audit.record(turn.tx, turn.now, entry)
        return {
          id,
          label: body.label,
          screen: body.screen,
          createdAt: turn.now,
          lastSeenAt: null,
          binding: body.bind ? 'device' : 'open',
          key,
        }
      })
    }),
    bind(calls.revokeWallKey, async ({ person, params, ip }) => {
      await records.write(async ({ tx, now }) => {
        if (!(await store.dropWallKey(tx, params.id))) throw new Refusal('not-found')
        const entry = { kind: 'wall-key.revoked', actor: person.username, ip, detail: { id: params.id } }
        await audit.record(tx, now, entry)
      })
      authenticator.forget()
      revoked({ wallKeyId: params.id })
      return undefined
    }),
    bind(calls.wallEntry, async ({ body, headers, setCookie }) => {
      const key = await store.wallKeyByHash(records.read, fingerprint(body.key))
      if (!key) throw new Refusal('signed-out', '大屏密钥无效，请联系管理员重新生成')
      const shown = key.binding === 'device' ? await bindScreen(key.id, headers.cookie) : body.key
      const cookie = sign(deps.cookieKey, calls.WALL_COOKIE, shown)
      setCookie(calls.WALL_COOKIE, cookie, { maxAgeS: (COOKIE_DAYS * DAY_MS) / 1000 })
      return { screen: key.screen }
    }),
  ]
}
