import type { AccountRules } from '../../config/accounts.ts'
import type { Permissions } from '../../config/schema.ts'
import { SESSION_COOKIE, WALL_COOKIE } from '../../contract/http/people.ts'
import type { Clock } from '../clock.ts'
import type { Principal, Records, Tx } from '../feature.ts'
import { fingerprint, readCookie, unsign } from './cookie.ts'
import type { SecondFactors } from './factors.ts'
import { sessionEnd } from './lockout.ts'
import { accountPrincipal, rolesOf, wallPrincipal } from './principal.ts'
import {
  accountById,
  sessionById,
  tokenByHash,
  touchSession,
  touchWallKey,
  wallKeyByDevice,
  wallKeyByHash,
} from './repository.ts'
import type { AccountRow } from './tables.ts'

/** What a caller shows of himself: request headers (lower case), or the `auth` of a live handshake. */
export interface Credentials {
  cookie?: string | undefined
  authorization?: string | undefined
  wallKey?: string | undefined
}

export interface AuthenticatorDeps {
  records: Records
  clock: Clock
  rules: Permissions
  accounts: Pick<AccountRules, 'secondFactor'>
  factors: Pick<SecondFactors, 'state'>
  cookieKey: string
}

/** Whether one of the roles asks for a second factor. */
export const needsFactor = ({ secondFactor }: Pick<AccountRules, 'secondFactor'>, roles: readonly string[]): boolean =>
  roles.some((role) => secondFactor.requiredRoles.includes(role))

/** A credential is looked up once in that long; revoking on this server empties the cache at once. */
const CACHE_MS = 2000
const CACHE_SIZE = 5000
/** The last sign of life of a session is written at most that often. */
const TOUCH_MS = 60_000

/** Finds out who calls: bearer token, wall key, session cookie, wall cookie, in that order. */
export class Authenticator {
  readonly #deps: AuthenticatorDeps
  readonly #cache = new Map<string, { person: Principal | undefined; until: number }>()

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps
  }

  /**
   * @param touch whether this call counts as activity of the session (a live socket's re-check does not)
   * @returns undefined for an anonymous caller and for a credential that is not (or no longer) good
   */
  async authenticate(shown: Credentials, touch = true): Promise<Principal | undefined> {
    const bearer = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(shown.authorization ?? '')?.[1]
    if (shown.authorization !== undefined) return bearer ? this.#cached('token', bearer) : undefined
    if (shown.wallKey !== undefined) return this.#cached('wall', shown.wallKey)
    const session = this.#signed(shown.cookie, SESSION_COOKIE)
    const person = session && (await this.#session(fingerprint(session), touch))
    if (person) return person
    const key = this.#signed(shown.cookie, WALL_COOKIE)
    return key ? this.#cached('wall', key) : undefined
  }

  /** Forget what was looked up: a right, a token or a key has changed. */
  forget(): void {
    this.#cache.clear()
  }

  #signed(header: string | undefined, name: string): string | undefined {
    const cookie = readCookie(header, name)
    return cookie ? unsign(this.#deps.cookieKey, name, cookie) : undefined
  }

  async #cached(kind: 'token' | 'wall', secret: string): Promise<Principal | undefined> {
    const key = `${kind}:${fingerprint(secret)}`
    const now = this.#deps.clock.now()
    const known = this.#cache.get(key)
    // Further ahead than that: the clock was set back, and what was looked up is older than it seems.
    if (known && known.until > now && known.until <= now + CACHE_MS) return known.person
    const person = kind === 'token' ? await this.#token(secret, now) : await this.#wall(secret, now)
    if (this.#cache.size >= CACHE_SIZE) this.#cache.clear()
    this.#cache.set(key, { person, until: now + CACHE_MS })
    return person
  }

  async #token(secret: string, now: number): Promise<Principal | undefined> {
    const { records, rules } = this.#deps
    const token = await tokenByHash(records.read, fingerprint(secret))
    if (!token || (token.expires_at !== null && token.expires_at <= now)) return undefined
    const account = await accountById(records.read, token.account_id)
    if (account?.disabled !== 0) return undefined
    const scopes = token.scopes ? (JSON.parse(token.scopes) as string[]) : undefined
    const person = accountPrincipal(rules, account, 'token', null, scopes)
    return token.expires_at === null ? person : { ...person, until: Number(token.expires_at) }
  }

  async #wall(secret: string, now: number): Promise<Principal | undefined> {
    const { records } = this.#deps
    const hash = fingerprint(secret)
    const open = await wallKeyByHash(records.read, hash)
    // A key that a screen has taken, or shall take, lets nobody in by itself.
    const key = open?.binding === 'device' ? undefined : (open ?? (await wallKeyByDevice(records.read, hash)))
    if (!key) return undefined
    if (now - (key.seen_at ?? 0) >= TOUCH_MS) await this.#note((tx) => touchWallKey(tx, key.id, now))
    return wallPrincipal(key)
  }

  /** A disk that is full must not shut out whoever would see that it is: then the sign of life stays the older one. */
  async #note(act: (tx: Tx) => Promise<void>): Promise<void> {
    await this.#deps.records.write(({ tx }) => act(tx)).catch(() => undefined)
  }

  async #session(id: string, touch: boolean): Promise<Principal | undefined> {
    const { records, rules, clock } = this.#deps
    const now = clock.now()
    const session = await sessionById(records.read, id)
    if (!session || sessionEnd({ createdAt: session.created_at, seenAt: session.seen_at }, now)) return undefined
    const account = await accountById(records.read, session.account_id)
    if (account?.disabled !== 0) return undefined
    if (touch && now - session.seen_at >= TOUCH_MS) await this.#note((tx) => touchSession(tx, id, now))
    return accountPrincipal(rules, account, 'session', id, (await this.isComplete(account)) ? undefined : [])
  }

  /** Until the first password is changed and a wanted second factor set up, a session may do nothing else. */
  async isComplete(account: AccountRow): Promise<boolean> {
    if (account.must_change === 1) return false
    const { accounts, factors } = this.#deps
    return !needsFactor(accounts, rolesOf(account)) || (await factors.state(account.id)) === 'on'
  }
}
