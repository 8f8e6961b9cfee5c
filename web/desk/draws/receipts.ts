import type { ChainEntry } from '../../../contract/chain.ts'

/**
 * What a contributor holds against a rewritten tail (draw.md): commitment, own hash, and the head of the chain when the
 * contribution was taken. It stays in the contributor's browser and can be printed; the server cannot change it.
 */
export interface Receipt {
  drawId: string
  caseNo: string
  commitment: string
  nonceHash: string
  role: string
  by: string
  /** The entry that took the contribution. */
  head: { seq: number; hash: string }
  /** Epoch ms. */
  at: number
}

const keyOf = (drawId: string): string => `sanling.receipt.${drawId}`
const inMemory = new Map<string, Receipt>()

/** The first receipt of a draw is the one; a retry does not replace it. */
export function keepReceipt(receipt: Receipt): void {
  if (receiptOf(receipt.drawId)) return
  inMemory.set(receipt.drawId, receipt)
  try {
    localStorage.setItem(keyOf(receipt.drawId), JSON.stringify(receipt))
  } catch {
    // Storage may be forbidden; the receipt then lives as long as the page, and can be printed.
  }
}

export function receiptOf(drawId: string): Receipt | null {
  const known = inMemory.get(drawId)
  if (known) return known
  try {
    const text = localStorage.getItem(keyOf(drawId))
    return text === null ? null : (JSON.parse(text) as Receipt)
  } catch {
    return null
  }
}

/** Pure: what in the chain contradicts the receipt; empty = nothing. */
export function contradictions(receipt: Receipt, entries: readonly ChainEntry[]): string[] {
  const found: string[] = []
  const committed = entries.find(({ type }) => type === 'draw.committed')
  if (committed?.hash !== receipt.commitment) found.push('承诺与收据不同：名单在出具随机数之后被改过')
  const head = entries.find(({ seq }) => seq === receipt.head.seq)
  if (head?.hash !== receipt.head.hash) found.push(`第 ${receipt.head.seq} 条与收据不同：链的末尾被改写过`)
  const hashes = entries.flatMap(({ body }) => (typeof body.nonceHash === 'string' ? [body.nonceHash] : []))
  if (hashes.length > 0 && !hashes.includes(receipt.nonceHash)) found.push('链上没有收据所记的随机数哈希')
  return found
}
