import { describe, expect, it } from 'vitest'
import { sha256Hex, utf8 } from '../../contract/bytes.ts'
import { ChainEntry } from '../../contract/chain.ts'
import { DICE, nonceFor, nonceFromDice } from '../../web/desk/draws/nonce.ts'
import { contradictions, keepReceipt, type Receipt, receiptOf } from '../../web/desk/draws/receipts.ts'
import vector from '../fixtures/draw-vector.json' with { type: 'json' }

/** What a contributor's own browser holds against the server (draw.md). */
const entries = vector.entries.map((entry) => ChainEntry.parse(entry))
const receipt: Receipt = {
  drawId: 'd-1',
  caseNo: '示检刑诉受[2026]1号',
  commitment: entries[0]?.hash ?? '',
  nonceHash: String(entries[1]?.body.nonceHash),
  role: 'case-management',
  by: 'case-management',
  head: { seq: 2, hash: entries[1]?.hash ?? '' },
  at: 0,
}

describe('a receipt', () => {
  it('agrees with the chain that it was given for', () => {
    expect(contradictions(receipt, entries)).toEqual([])
  })
  it('contradicts another pool, a rewritten tail, a swapped nonce', () => {
    const other = 'ab'.repeat(32)
    const changed = (at: number, over: Partial<ChainEntry>) =>
      entries.map((entry, n) => (n === at ? { ...entry, ...over } : entry))
    expect(contradictions(receipt, changed(0, { hash: other })).join()).toContain('承诺与收据不同')
    expect(contradictions(receipt, changed(1, { hash: other })).join()).toContain('链的末尾被改写过')
    expect(contradictions(receipt, changed(1, { body: { nonceHash: other } })).join()).toContain('没有收据所记的随机数')
  })
  it('is the first one: a later one does not replace it', () => {
    keepReceipt(receipt)
    keepReceipt({ ...receipt, commitment: 'ff'.repeat(32) })
    expect(receiptOf('d-1')).toEqual(receipt)
    expect(receiptOf('d-none')).toBe(null)
  })
})

describe('a nonce', () => {
  it('is one for each draw: a refused request meets the same again', () => {
    expect(nonceFor('d-2')).toBe(nonceFor('d-2'))
    expect(nonceFor('d-3')).not.toBe(nonceFor('d-2'))
  })
  it('comes from dice when these are typed, and then stays', async () => {
    const digits = Array.from(crypto.getRandomValues(new Uint8Array(DICE)), (byte) => (byte % 6) + 1).join('')
    const spaced = digits.replaceAll(/(.{5})/g, '$1 ')
    const nonce = await nonceFromDice('d-4', spaced)
    expect(nonce).toBe(await sha256Hex(utf8(digits)))
    expect(nonceFor('d-4')).toBe(nonce)
    expect(await nonceFromDice('d-4', '6'.repeat(DICE))).toBe(nonce)
    await expect(nonceFromDice('d-5', '123')).rejects.toThrow('至少掷')
  })
})
