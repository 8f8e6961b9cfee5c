import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { authorization, type Challenge, readChallenge } from './digest.ts'
import { type HttpAnswer, openHttp, readAnswer } from './http.ts'

/** The device does not take the password: whoever goes on asking gets the account locked. */
export class DigestRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DigestRefused'
  }
}

export interface DigestClientOptions {
  /** Of the device, with its path prefix if it has one. */
  baseUrl: string
  username: string
  password: string
  timeoutMs?: number
  maxBytes?: number
  /** Very old devices know only Basic (RFC 7617): the password goes out in clear, so it must be allowed. */
  allowBasic?: boolean
}

export interface DigestAsk {
  method: 'GET' | 'POST' | 'PUT'
  /** Below the base, with query. */
  path: string
  body?: string
  contentType?: string
  signal?: AbortSignal
}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 4 * 1024 * 1024

/**
 * HTTP client with digest for one conversation with one device (a stream and a poller each have their own, since the
 * nonce count must rise). Sends the password at most twice for one request: never again once a fresh nonce is refused.
 */
export class DigestClient {
  readonly #options: DigestClientOptions
  readonly #prefix: string
  #challenge: Challenge | undefined
  #nc = 0
  #basic = false
  /** This password was good before, so a refusal of an old nonce may only be about its age. */
  #proven = false

  constructor(options: DigestClientOptions) {
    this.#options = options
    this.#prefix = new URL(options.baseUrl).pathname.replace(/\/$/, '')
  }

  /** @throws DigestRefused, HttpError */
  async request(ask: DigestAsk): Promise<HttpAnswer> {
    const { maxBytes = MAX_BYTES, timeoutMs = TIMEOUT_MS } = this.#options
    return await readAnswer(await this.open(ask), maxBytes, timeoutMs)
  }

  /** Resolves at the headers of an answer other than 401. @throws DigestRefused, HttpError */
  async open(ask: DigestAsk): Promise<IncomingMessage> {
    let answer = await this.#send(ask)
    // Refusals of a signed request: the first 401 of a conversation only brings the nonce.
    for (let refusals = 0; answer.statusCode === 401; ) {
      const before = this.#challenge
      const offers = answer.headersDistinct['www-authenticate'] ?? []
      const fresh = readChallenge(offers)
      drain(answer)
      if (!fresh && this.#mayUseBasic(offers)) {
        this.#basic = true
        answer = await this.#send(ask)
        continue
      }
      this.#decide(before, fresh, refusals)
      if (before) refusals++
      this.#challenge = fresh
      this.#nc = 0
      answer = await this.#send(ask)
    }
    if (this.#challenge) this.#proven = true
    return answer
  }

  #mayUseBasic(offers: readonly string[]): boolean {
    const offered = this.#options.allowBasic === true && offers.some((offer) => /^\s*basic\b/i.test(offer))
    if (offered && this.#basic) throw new DigestRefused('设备拒绝了用户名或密码')
    return offered
  }

  /** May the password go out (again) with this challenge? */
  #decide(before: Challenge | undefined, fresh: Challenge | undefined, refusals: number): void {
    if (!fresh) throw new DigestRefused('设备要求登录，但没有给出可用的摘要认证方式')
    if (!before) return
    const onlyOld = fresh.stale || (this.#proven && fresh.nonce !== before.nonce)
    if (refusals === 0 && onlyOld) return
    this.#proven = false
    this.#challenge = undefined
    throw new DigestRefused('设备拒绝了用户名或密码')
  }

  #send(ask: DigestAsk): Promise<IncomingMessage> {
    const url = new URL(this.#options.baseUrl)
    const target = this.#prefix + ask.path
    const [path = '', query = ''] = splitOnce(target, '?')
    url.pathname = path
    url.search = query
    const headers: Record<string, string> = {}
    if (ask.body !== undefined) headers['content-type'] = ask.contentType ?? 'application/json'
    if (this.#basic) headers.authorization = basicAuthorization(this.#options)
    else if (this.#challenge)
      headers.authorization = this.#sign(ask.method, `${url.pathname}${url.search}`, this.#challenge)
    const { timeoutMs = TIMEOUT_MS } = this.#options
    return openHttp({ method: ask.method, url, headers, body: ask.body, timeoutMs, signal: ask.signal })
  }

  #sign(method: string, uri: string, challenge: Challenge): string {
    const { username, password } = this.#options
    const cnonce = randomBytes(8).toString('hex')
    this.#nc++
    return authorization({ username, password, method, uri, challenge, nc: this.#nc, cnonce })
  }
}

const basicAuthorization = ({ username, password }: DigestClientOptions): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`

/** A short refusal is read to its end so that the connection can serve again; anything longer is not worth it. */
function drain(answer: IncomingMessage): void {
  if (Number(answer.headers['content-length'] ?? Number.POSITIVE_INFINITY) > 65_536) answer.destroy()
  else answer.resume()
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
