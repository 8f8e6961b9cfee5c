import type { AccountRules } from '../../config/accounts.ts'
import type { AuditPort } from '../audit/journal.ts'
import type { Clock } from '../clock.ts'
import type { Records } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { formerPasswords } from './account-repository.ts'
import { fingerprint } from './cookie.ts'
import type { Directory } from './directory.ts'
import type { SecondFactors } from './factors.ts'
import { AddressThrottle, Gate } from './gate.ts'
import { afterFailure, type Failures, isLocked, reinFailures } from './lockout.ts'
import { verifyPassword } from './password.ts'
import { passwordIsOld } from './policy.ts'
import {
  accountByName,
  changeAccount,
  clearFailures,
  dropSession,
  failuresOf,
  insertSession,
  saveFailures,
} from './repository.ts'
import type { AccountRow } from './tables.ts'

export interface LoginDeps {
  records: Records
  clock: Clock
  audit: AuditPort
  factors: Pick<SecondFactors, 'prove'>
  accounts: Pick<AccountRules, 'password'>
  /** The office's directory, where accounts may live. */
  directory?: Directory | undefined
  randomToken(): string
  /** Tells the other servers. */
  failedFrom?(ip: string): void
}

export interface LoginAttempt {
  username: string
  password: string
  /** TOTP or recovery code, when the account has a second factor. */
  code?: string | undefined
  ip: string
  /** Session that the browser brought along: it ends, so that nobody can plant one (session fixation). */
  oldSessionId: string | null
}

/** Whose secret was shown, and from where. */
type Tried = Pick<LoginAttempt, 'username' | 'ip'>

export interface SignedIn {
  account: AccountRow
  /** What goes into the cookie. */
  secret: string
  sessionId: string
}

/** Two hashes at once are 40 MB and both cores. */
const HASHES_AT_ONCE = 2
const HASHES_WAITING = 40
const ADDRESS_FAILURES = 60
const ADDRESS_WINDOW_MS = 10 * 60_000

export class LoginDesk {
  readonly #deps: LoginDeps
  readonly #gate = new Gate(HASHES_AT_ONCE, HASHES_WAITING)
  readonly #addresses = new AddressThrottle(ADDRESS_FAILURES, ADDRESS_WINDOW_MS)
  /** Attempts for one name run one after another: many at once must not get past the count. */
  readonly #lines = new Map<string, Promise<unknown>>()

  constructor(deps: LoginDeps) {
    this.#deps = deps
  }

  /** Another server saw a failure from that address: the limit holds for all of them together. */
  failedElsewhere(ip: string): void {
    this.#addresses.failed(ip, this.#deps.clock.now())
  }

  /** @throws Refusal `bad-credentials`, `locked-out`, `too-many-requests` */
  async signIn(attempt: LoginAttempt): Promise<SignedIn> {
    if (this.#addresses.blocked(attempt.ip, this.#deps.clock.now())) throw new Refusal('too-many-requests')
    return this.#inLine(attempt.username, () => this.#attempt(attempt))
  }

  /**
   * What somebody who is signed in has to show once more, a password or a code, counts with the sign-ins: a session
   * that was taken over guesses no better than a stranger.
   * @returns whether it was right
   * @throws Refusal `locked-out`, `too-many-requests`
   */
  async proveAgain(who: Tried, isRight: () => Promise<boolean>): Promise<boolean> {
    const { right } = await this.#inLine(who.username, async () => {
      await this.#mustBeOpen(who)
      const right = await isRight()
      if (!right) await this.#count(who)
      return { right }
    })
    return right
  }

  /** @throws Refusal `too-many-requests` when too many stand in line */
  async #inLine<Result>(username: string, act: () => Promise<Result>): Promise<Result> {
    const before = this.#lines.get(username) ?? Promise.resolve()
    const mine = before.catch(() => undefined).then(() => this.#gate.pass(act))
    this.#lines.set(username, mine)
    try {
      const outcome = await mine
      if (!outcome) throw new Refusal('too-many-requests')
      return outcome
    } finally {
      if (this.#lines.get(username) === mine) this.#lines.delete(username)
    }
  }

  /** @throws Refusal `locked-out` */
  async #mustBeOpen(who: Tried): Promise<void> {
    const { records, clock } = this.#deps
    const failures = await failuresOf(records.read, who.username)
    if (!isLocked(failures, clock.now())) return
    await this.#hold(who.username, failures)
    await this.#trace('login.refused', who, { why: 'locked' })
    throw new Refusal('locked-out', '连续 5 次失败后锁定 30 分钟')
  }

  async #attempt(attempt: LoginAttempt): Promise<SignedIn> {
    const { records } = this.#deps
    await this.#mustBeOpen(attempt)
    const account = await accountByName(records.read, attempt.username)
    const fits = await this.#knows(attempt, account)
    if (!fits || !account || account.disabled !== 0) return this.#refuse(attempt)
    // What it is asked for says that the password was right; that is what a second factor is for.
    const proof = await this.#deps.factors.prove(account.id, attempt.code)
    if (proof === 'wanted') throw new Refusal('second-factor')
    return proof === 'wrong' ? this.#refuse(attempt) : this.#open(attempt, account)
  }

  async #knows({ username, password }: LoginAttempt, account: AccountRow | undefined): Promise<boolean> {
    const { directory } = this.#deps
    if (account?.source === 'ldap') return directory ? directory.knows(username, password) : false
    return verifyPassword(password, account?.password ?? null)
  }

  async #refuse(attempt: LoginAttempt): Promise<never> {
    await this.#count(attempt)
    throw new Refusal('bad-credentials')
  }

  async #count({ username, ip }: Tried): Promise<void> {
    const { records, audit } = this.#deps
    this.#addresses.failed(ip, this.#deps.clock.now())
    this.#deps.failedFrom?.(ip)
    await records.write(async ({ tx, now }) => {
      const failures = afterFailure(await failuresOf(tx, username), now)
      await saveFailures(tx, username, failures)
      const detail = { count: failures.count, locked: failures.lockedUntil !== null }
      await audit.record(tx, now, { kind: 'login.failed', actor: username, ip, detail })
    })
  }

  async #open(attempt: LoginAttempt, account: AccountRow): Promise<SignedIn> {
    const { records, audit, randomToken } = this.#deps
    const secret = randomToken()
    const sessionId = fingerprint(secret)
    await records.write(async ({ tx, now }) => {
      if (attempt.oldSessionId) await dropSession(tx, attempt.oldSessionId)
      await clearFailures(tx, attempt.username)
      const session = { id: sessionId, account_id: account.id, created_at: now, seen_at: now, ip: attempt.ip }
      await insertSession(tx, session)
      if (account.source !== 'ldap' && account.must_change === 0) {
        const [last] = await formerPasswords(tx, account.id, 1)
        const old = passwordIsOld(this.#deps.accounts.password, last?.at ?? account.created_at, now)
        if (old) await changeAccount(tx, account.id, { must_change: 1 })
        if (old) account.must_change = 1
      }
      await audit.record(tx, now, { kind: 'login.succeeded', actor: account.username, ip: attempt.ip, detail: {} })
    })
    return { account, secret, sessionId }
  }

  /** A lock of before the clock was set back counts anew from now, once. */
  async #hold(username: string, failures: Failures | undefined): Promise<void> {
    const held = reinFailures(failures, this.#deps.clock.now())
    if (held && held !== failures) await this.#deps.records.write(({ tx }) => saveFailures(tx, username, held))
  }

  async #trace(kind: string, { username, ip }: Tried, detail: Record<string, string>): Promise<void> {
    await this.#deps.records.write(({ tx, now }) =>
      this.#deps.audit.record(tx, now, { kind, actor: username, ip, detail }),
    )
  }
}
