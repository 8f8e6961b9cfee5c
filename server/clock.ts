/** The one place where the server reads its clock, makes ids and takes chance; everything else gets them handed in. */
import { randomBytes, randomUUID } from 'node:crypto'

export interface Clock {
  /** Epoch ms. */
  now(): number
}
export const systemClock: Clock = { now: () => Date.now() }
export const newId = (): string => randomUUID()
export const randomToken = (bytes = 32): string => randomBytes(bytes).toString('base64url')
export const randomOctets = (size: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(size))
/** 0 ≤ x < 1; for jitter only, never for a draw. */
export const chance = (): number => Math.random()
/** 32 bytes by default, lower-case hex: secrets of draws. */
export const randomHex = (bytes = 32): string => randomBytes(bytes).toString('hex')
