import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'

/**
 * The office's cryptography as one choice (services.yaml `crypto.suite`): OpenSSL's algorithms of the world, or those of
 * GB/T 39786 — SM3 (GB/T 32905), SM4 (GB/T 32907) in GCM mode (RFC 8998) and, in signing.ts, SM2 (GB/T 32918). What was
 * sealed names its suite, so that a change of the choice leaves everything readable.
 */
export const SUITES = ['international', 'guomi'] as const
export type SuiteId = (typeof SUITES)[number]

interface Algorithms {
  hash: 'sha256' | 'sm3'
  cipher: 'aes-256-gcm' | 'sm4-gcm'
  keyBytes: 16 | 32
}
const ALGORITHMS: Readonly<Record<SuiteId, Algorithms>> = {
  international: { hash: 'sha256', cipher: 'aes-256-gcm', keyBytes: 32 },
  guomi: { hash: 'sm3', cipher: 'sm4-gcm', keyBytes: 16 },
}
const IV_BYTES = 12
const TAG_BYTES = 16
const MARK = 'sealed1'

export interface CryptoSuite {
  readonly id: SuiteId
  /** 32 bytes. */
  hash(bytes: Uint8Array | string): Buffer
  /** HMAC (RFC 2104), 32 bytes. */
  mac(key: Uint8Array | string, bytes: Uint8Array | string): Buffer
}
export const suiteOf = (id: SuiteId): CryptoSuite => {
  const { hash } = ALGORITHMS[id]
  return {
    id,
    hash: (bytes) => createHash(hash).update(bytes).digest(),
    mac: (key, bytes) => createHmac(hash, key).update(bytes).digest(),
  }
}

export interface SealerOptions {
  suite: SuiteId
  /** The office's secret; each use derives a key of its own from it (RFC 5869). */
  secret: string
  /** What it is for: two uses cannot read each other's. */
  use: string
  randomBytes(size: number): Uint8Array
}

/** Seals short texts for the database, so that a copy of it gives nothing away. */
export class Sealer {
  readonly #options: SealerOptions

  constructor(options: SealerOptions) {
    this.#options = options
  }

  /** @param about is bound in: what was sealed for one thing opens for no other */
  seal(plain: string, about: string): string {
    const { suite, randomBytes } = this.#options
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(ALGORITHMS[suite].cipher as 'aes-256-gcm', this.#key(suite), iv)
    cipher.setAAD(Buffer.from(about))
    const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return [
      MARK,
      suite,
      ...[iv, cipher.getAuthTag(), data].map((part) => Buffer.from(part).toString('base64url')),
    ].join('.')
  }

  /** @throws Error when it was changed, belongs to something else or to another secret */
  open(sealed: string, about: string): string {
    const [mark, suite, iv = '', tag = '', data = ''] = sealed.split('.')
    const known = SUITES.find((id) => id === suite)
    if (mark !== MARK || !known) throw new Error('不是封存的内容')
    const bytes = (text: string) => Buffer.from(text, 'base64url')
    const options = { authTagLength: TAG_BYTES }
    const decipher = createDecipheriv(ALGORITHMS[known].cipher as 'aes-256-gcm', this.#key(known), bytes(iv), options)
    decipher.setAAD(Buffer.from(about))
    decipher.setAuthTag(bytes(tag))
    return Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString('utf8')
  }

  #key(suite: SuiteId): Buffer {
    const { hash, keyBytes } = ALGORITHMS[suite]
    const { secret, use } = this.#options
    return Buffer.from(hkdfSync(hash, secret, '', `sanling/${use}`, keyBytes))
  }
}

export const isSealed = (text: string): boolean => text.startsWith(`${MARK}.`)
