import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type DigestAlgorithm, digestResponse, ncText, readAuthorization } from '../intake/digest.ts'

export const LOCK_AFTER = 5
export const LOCK_MS = 30 * 60_000
const NONCE_MS = 5 * 60_000
const MAX_NONCES = 500

export type Verdict =
  | { ok: true }
  | { ok: false; why: 'no-credentials' | 'stale' | 'wrong-password' | 'locked'; challenges: string[] }

/** The device's side of RFC 7616 with the vendor's lock-out: five wrong passwords close it for half an hour. */
export class DigestGuard {
  password: string
  wrong = 0
  readonly #username: string
  readonly #clock: Clock
  readonly #algorithms: readonly DigestAlgorithm[]
  readonly #nonces = new Map<string, { born: number; nc: Set<number> }>()
  #lockedUntil = 0

  constructor(options: {
    username: string
    password: string
    clock: Clock
    algorithms?: readonly DigestAlgorithm[]
  }) {
    this.#username = options.username
    this.password = options.password
    this.#clock = options.clock
    this.#algorithms = options.algorithms ?? ['SHA-256', 'MD5']
  }

  /** From now on every nonce given out is stale. */
  expireNonces(): void {
    this.#nonces.clear()
  }

  get locked(): boolean {
    return this.#clock.now() < this.#lockedUntil
  }

  check(method: string, uri: string, header: string | undefined): Verdict {
    const given = readAuthorization(header)
    if (this.locked) return this.#refuse('locked')
    if (!given) return this.#refuse('no-credentials')
    if (!this.#passwordFits(method, uri, given)) return this.#wrongPassword()
    this.wrong = 0
    return this.#nonceFits(given) ? { ok: true } : this.#refuse('stale')
  }

  #passwordFits(method: string, uri: string, given: ReadonlyMap<string, string>): boolean {
    const algorithm = this.#algorithms.find(
      (one) => one.toLowerCase() === (given.get('algorithm') ?? 'MD5').toLowerCase(),
    )
    if (!algorithm || given.get('uri') !== uri || given.get('username') !== this.#username) return false
    const expected = digestResponse({
      username: this.#username,
      password: this.password,
      method,
      uri,
      challenge: { realm: REALM, nonce: given.get('nonce') ?? '', algorithm, qopAuth: given.get('qop') === 'auth' },
      nc: Number.parseInt(given.get('nc') ?? '0', 16),
      cnonce: given.get('cnonce') ?? '',
    })
    return expected === given.get('response')
  }

  #nonceFits(given: ReadonlyMap<string, string>): boolean {
    const nonce = this.#nonces.get(given.get('nonce') ?? '')
    const nc = Number.parseInt(given.get('nc') ?? '', 16)
    if (!nonce || this.#clock.now() - nonce.born > NONCE_MS || !(nc > 0) || ncText(nc) !== given.get('nc')) return false
    if (nonce.nc.has(nc)) return false
    nonce.nc.add(nc)
    return true
  }

  #wrongPassword(): Verdict {
    this.wrong++
    if (this.wrong >= LOCK_AFTER) {
      this.#lockedUntil = this.#clock.now() + LOCK_MS
      this.wrong = 0
    }
    return this.#refuse('wrong-password')
  }

  #refuse(why: 'no-credentials' | 'stale' | 'wrong-password' | 'locked'): Verdict {
    const nonce = randomBytes(16).toString('hex')
    this.#nonces.set(nonce, { born: this.#clock.now(), nc: new Set() })
    const oldest = this.#nonces.size > MAX_NONCES ? this.#nonces.keys().next().value : undefined
    if (oldest !== undefined) this.#nonces.delete(oldest)
    const stale = why === 'stale' ? 'true' : 'false'
    const challenges = this.#algorithms.map(
      (algorithm) =>
        `Digest qop="auth", realm="${REALM}", nonce="${nonce}", algorithm=${algorithm}, opaque="", stale="${stale}"`,
    )
    return { ok: false, why, challenges }
  }
}

const REALM = 'DS-K1T3 DEMO'
