import { createHash, timingSafeEqual } from 'node:crypto'
import type { Secret as OtpSecret } from 'otpauth'

/** Second factor that works offline: TOTP (RFC 6238: SHA-1, 6 digits, 30 s, as every authenticator app has it). */
const STEP_MS = 30_000
const ISSUER = '三零智慧指挥中心'
const CODE = /^\d{6}$/
/** Without letters and digits that are read wrongly. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789'

export interface Enrolment {
  /** Base32, for typing in. */
  secret: string
  /** otpauth:// address, for the QR code. */
  uri: string
}

/** @param bytes 20 bytes of real chance (RFC 4226 R6) */
export async function enrol(username: string, bytes: Uint8Array<ArrayBuffer>): Promise<Enrolment> {
  const { Secret, TOTP } = await import('otpauth')
  const secret = new Secret({ buffer: bytes.buffer })
  return { secret: secret.base32, uri: totpOf(TOTP, secret, username).toString() }
}

/**
 * The step whose code this is, undefined when it is none of the window.
 * @param lastStep step of the code used last: neither it nor an older one is taken again (RFC 6238 5.2)
 */
export async function matchCode(
  secret: string,
  code: string,
  at: { now: number; window: number; lastStep: number | null },
): Promise<number | undefined> {
  if (!CODE.test(code)) return undefined
  const { Secret, TOTP } = await import('otpauth')
  const delta = totpOf(TOTP, Secret.fromBase32(secret), '').validate({
    token: code,
    timestamp: at.now,
    window: at.window,
  })
  if (delta === null) return undefined
  const step = Math.floor(at.now / STEP_MS) + delta
  return at.lastStep !== null && step <= at.lastStep ? undefined : step
}

const totpOf = (TOTP: typeof import('otpauth').TOTP, secret: OtpSecret, label: string) =>
  new TOTP({ issuer: ISSUER, label, algorithm: 'SHA1', digits: 6, period: STEP_MS / 1000, secret })

/** `K7QM-2XWP`: eight characters of a list of thirty, 39 bits. @param bytes at least 8 of real chance */
export function recoveryCode(bytes: Uint8Array): string {
  const text = [...bytes.subarray(0, 8)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
  return `${text.slice(0, 4)}-${text.slice(4)}`
}

/** At rest only hashes lie; a code is long enough that a plain hash cannot be searched through the sign-in's lock-out. */
export const recoveryHash = (code: string): string =>
  createHash('sha256').update(code.trim().toUpperCase().replace(/\s/g, '')).digest('hex')

/** Index of the recovery code among the stored hashes, -1 when it is none. */
export function findRecovery(hashes: readonly string[], code: string): number {
  const wanted = Buffer.from(recoveryHash(code), 'hex')
  return hashes.findIndex((hash) => timingSafeEqual(Buffer.from(hash, 'hex'), wanted))
}
