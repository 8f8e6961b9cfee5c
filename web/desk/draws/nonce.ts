import { sha256Hex, utf8 } from '../../../contract/bytes.ts'
import { newNonce } from '../../../contract/draw.ts'

/**
 * One nonce a draw, kept in this browser: a retry after a lost answer sends the same, so that nobody can try twice.
 * Without storage (private window) it lives as long as the page.
 */
const inMemory = new Map<string, string>()
const keyOf = (drawId: string): string => `sanling.nonce.${drawId}`

export function nonceFor(drawId: string): string {
  const known = inMemory.get(drawId) ?? read(keyOf(drawId))
  const nonce = known ?? newNonce()
  inMemory.set(drawId, nonce)
  if (!known) write(keyOf(drawId), nonce)
  return nonce
}

/** 100 throws are 258 bits: enough for 32 bytes. */
export const DICE = 100

/**
 * A nonce from thrown dice, for who does not trust the browser's chance: SHA-256 of the digits 1–6 as typed, without
 * spaces. It becomes the draw's one nonce, unless there is one already.
 * @throws RangeError when there are too few throws
 */
export async function nonceFromDice(drawId: string, typed: string): Promise<string> {
  const digits = typed.replaceAll(/[^1-6]/g, '')
  if (digits.length < DICE) throw new RangeError(`至少掷 ${DICE} 次，现有 ${digits.length} 次`)
  const known = inMemory.get(drawId) ?? read(keyOf(drawId))
  if (known) return known
  const nonce = await sha256Hex(utf8(digits))
  inMemory.set(drawId, nonce)
  write(keyOf(drawId), nonce)
  return nonce
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Storage may be forbidden; the nonce then lives in memory.
  }
}
