import { createHash } from 'node:crypto'

/** HTTP Digest access authentication, RFC 7616: the arithmetic and the reading of challenges, for client and test device. */

export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'MD5-sess' | 'SHA-256-sess'

export interface Challenge {
  realm: string
  nonce: string
  opaque?: string
  algorithm: DigestAlgorithm
  /** False: RFC 2069 devices that know no qop. */
  qopAuth: boolean
  stale: boolean
}

export interface DigestInput {
  username: string
  password: string
  method: string
  /** Request target as sent, with query. */
  uri: string
  challenge: Pick<Challenge, 'realm' | 'nonce' | 'algorithm' | 'qopAuth'>
  nc: number
  cnonce: string
}

/** By lower-case name; a Map, for a device may also call its algorithm “constructor”. */
const ALGORITHMS = new Map<string, DigestAlgorithm>([
  ['md5', 'MD5'],
  ['sha-256', 'SHA-256'],
  ['md5-sess', 'MD5-sess'],
  ['sha-256-sess', 'SHA-256-sess'],
])

const hash = (algorithm: DigestAlgorithm, text: string): string =>
  createHash(algorithm.startsWith('MD5') ? 'md5' : 'sha256')
    .update(text, 'utf8')
    .digest('hex')

export const ncText = (nc: number): string => nc.toString(16).padStart(8, '0')

/** RFC 7616 section 3.4.1: the `response` value, hex. */
export function digestResponse({ username, password, method, uri, challenge, nc, cnonce }: DigestInput): string {
  const { realm, nonce, algorithm, qopAuth } = challenge
  const plain = hash(algorithm, `${username}:${realm}:${password}`)
  const a1 = algorithm.endsWith('-sess') ? hash(algorithm, `${plain}:${nonce}:${cnonce}`) : plain
  const a2 = hash(algorithm, `${method}:${uri}`)
  return hash(algorithm, qopAuth ? `${a1}:${nonce}:${ncText(nc)}:${cnonce}:auth:${a2}` : `${a1}:${nonce}:${a2}`)
}

/** The Authorization header of one request. */
export function authorization(input: DigestInput & { challenge: Challenge }): string {
  const { username, uri, challenge, nc, cnonce } = input
  const parts = [
    `username=${quote(username)}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(uri)}`,
    `algorithm=${challenge.algorithm}`,
    `response="${digestResponse(input)}"`,
  ]
  if (challenge.qopAuth) parts.push('qop=auth', `nc=${ncText(nc)}`, `cnonce=${quote(cnonce)}`)
  else if (challenge.algorithm.endsWith('-sess')) parts.push(`cnonce=${quote(cnonce)}`)
  if (challenge.opaque !== undefined) parts.push(`opaque=${quote(challenge.opaque)}`)
  return `Digest ${parts.join(', ')}`
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** Strongest digest challenge of the WWW-Authenticate headers; undefined when none can be answered. Never throws. */
export function readChallenge(headers: readonly string[]): Challenge | undefined {
  const offers = headers.flatMap(splitChallenges).flatMap(({ scheme, params }) => {
    const offer = scheme === 'digest' ? toChallenge(params) : undefined
    return offer ? [offer] : []
  })
  return offers.find(({ algorithm }) => algorithm.startsWith('SHA')) ?? offers[0]
}

function toChallenge(params: ReadonlyMap<string, string>): Challenge | undefined {
  const algorithm = ALGORITHMS.get((params.get('algorithm') ?? 'MD5').toLowerCase())
  const realm = params.get('realm')
  const nonce = params.get('nonce')
  const qop = params.get('qop')
  if (!algorithm || realm === undefined || !nonce) return undefined
  const qopAuth = qop?.split(',').some((one) => one.trim().toLowerCase() === 'auth')
  if (qopAuth === false) return undefined
  const stale = (params.get('stale') ?? '').toLowerCase() === 'true'
  return { realm, nonce, opaque: params.get('opaque'), algorithm, qopAuth: qopAuth ?? false, stale }
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y

/** `Basic realm="x", Digest realm="a, b", nonce=…` → each scheme with its parameters (names in lower case). */
export function splitChallenges(header: string): { scheme: string; params: Map<string, string> }[] {
  const found: { scheme: string; params: Map<string, string> }[] = []
  let at = 0
  const token = (): string | undefined => {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(header)
    if (match) at += match[0].length
    return match?.[0]
  }
  const skip = (chars: string) => {
    while (at < header.length && chars.includes(header.charAt(at))) at++
  }
  while (at < header.length) {
    skip(' \t,')
    const name = token()
    if (name === undefined) {
      at++
      continue
    }
    skip(' \t')
    if (header[at] !== '=') {
      found.push({ scheme: name.toLowerCase(), params: new Map() })
      continue
    }
    at++
    skip(' \t')
    const quoted = header[at] === '"' ? readQuoted(header, at) : undefined
    if (quoted) at = quoted.end
    found.at(-1)?.params.set(name.toLowerCase(), quoted ? quoted.text : (token() ?? ''))
  }
  return found
}

function readQuoted(header: string, start: number): { text: string; end: number } {
  let text = ''
  let at = start + 1
  for (; at < header.length && header[at] !== '"'; at++) {
    if (header[at] === '\\') at++
    text += header.charAt(at)
  }
  return { text, end: at + 1 }
}

/** Parameters of an Authorization header, for the side that checks; undefined when it is not Digest. */
export function readAuthorization(header: string | undefined): ReadonlyMap<string, string> | undefined {
  const first = header ? splitChallenges(header)[0] : undefined
  return first?.scheme === 'digest' ? first.params : undefined
}
