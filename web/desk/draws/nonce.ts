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
