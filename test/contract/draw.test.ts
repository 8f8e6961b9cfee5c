import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChainEntry, entryHash, GENESIS } from '../../contract/chain.ts'
import {
  Committed,
  Completed,
  commitTo,
  DEFAULT_PARAMS,
  drawNumber,
  drawSeed,
  outcome,
  pickWinner,
  tickets,
  totalTickets,
} from '../../contract/draw.ts'
import { canonicalJson } from '../../contract/jcs.ts'
import { verifyDraws } from '../../contract/verify-draws.ts'

const vector = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/draw-vector.json'), 'utf8')) as {
  normalised: number[]
  mean: number
  entries: unknown[]
}
const entries = vector.entries.map((entry) => ChainEntry.parse(entry))
const body = <Schema extends { parse(value: unknown): unknown }>(at: number, schema: Schema) =>
  schema.parse(entries[at]?.body) as ReturnType<Schema['parse']>
const ndjson = (list: readonly unknown[]) => `${list.map((entry) => JSON.stringify(entry)).join('\n')}\n`

describe('sanling-draw/1 test vector', () => {
  const committed = body(0, Committed) as Committed
  const completed = body(3, Completed) as Completed

  it('computes the tickets from cap and load', () => {
    const made = tickets(committed.pool, committed.params)
    expect(made.pool).toEqual(committed.pool)
    expect(made.normalised).toEqual(vector.normalised)
    expect(made.mean).toBe(vector.mean)
    expect(totalTickets(made.pool)).toBe(completed.total)
  })
  it('hashes every entry bit for bit', async () => {
    for (const entry of entries) expect(await entryHash(entry)).toBe(entry.hash)
  })
  it('repeats seed, counter, r and winner', async () => {
    const nonces = completed.contributions.map(({ nonce }) => nonce)
    expect(await drawSeed(completed.serverSecret, completed.commitment, nonces)).toBe(completed.seed)
    const again = await outcome(committed.pool, completed.commitment, completed.serverSecret, nonces)
    expect(again).toEqual({
      seed: completed.seed,
      counter: completed.counter,
      r: completed.r,
      total: completed.total,
      winner: completed.winner,
    })
  })
  it('verifies as a whole', async () => {
    expect(await verifyDraws(ndjson(entries))).toEqual({ ok: true, entries: 4, draws: 1, failures: [] })
  })
})

describe('verification', () => {
  it('names the place of any flipped character', async () => {
    const text = ndjson(entries)
    for (let at = 0; at < text.length; at += 7) {
      const flipped = text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1)
      if (flipped === text) continue
      const verdict = await verifyDraws(flipped)
      expect(verdict.ok, `offset ${at}`).toBe(false)
      expect(verdict.failures[0]?.what).not.toBe('')
    }
  })
  it('finds a rewritten tail even when its own hashes fit: the secret no longer fits its commitment', async () => {
    const [first, second, third, last] = entries
    if (!first || !second || !third || !last) throw new Error('vector')
    const forged = { ...last, body: { ...last.body, serverSecret: 'ff'.repeat(32) } }
    const verdict = await verifyDraws(ndjson([first, second, third, { ...forged, hash: await entryHash(forged) }]))
    expect(verdict.failures.map(({ what }) => what)).toContain('服务器密值与事先的承诺不符')
  })
  it('refuses swapped roles, a second nonce and one person in two roles', async () => {
    const [first, second, third, last] = entries
    if (!first || !second || !third || !last) throw new Error('vector')
    const relink = async (list: ChainEntry[]) => {
      let prev = '0'.repeat(64)
      const linked: ChainEntry[] = []
      for (const [at, entry] of list.entries()) {
        const fresh = { ...entry, seq: at + 1, prev }
        prev = await entryHash(fresh)
        linked.push({ ...fresh, hash: prev })
      }
      return linked
    }
    const words = async (list: ChainEntry[]) =>
      (await verifyDraws(ndjson(await relink(list)))).failures.map(({ what }) => what).join(';')
    const contributions = (last.body.contributions as { by: string; role: string; nonce: string }[]).toReversed()
    expect(await words([first, second, third, { ...last, body: { ...last.body, contributions } }])).toContain(
      '角色或次序',
    )
    expect(
      await words([first, second, { ...third, body: { ...third.body, role: 'case-management' } }, last]),
    ).toContain('重复出具')
    expect(await words([first, second, { ...third, body: { ...third.body, by: 'u-anguan' } }, last])).toContain(
      '一人出具了两个角色',
    )
    expect(await words([first, second, last])).toContain('没有先出具随机数的哈希')
    expect(await words([first, second, third, last, last])).toContain('已经结束')
    expect(
      await words([{ ...first, body: { ...first.body, pool: (first.body.pool as unknown[]).toReversed() } }]),
    ).toContain('未按编号排序')
  })
  it('10,000 draws verify; one changed winner among them is named', async () => {
    const lines: string[] = []
    let prev = GENESIS
    const add = async (type: string, body: Record<string, unknown>): Promise<string> => {
      const entry = { seq: lines.length + 1, at: '2026-11-24T01:00:00.000Z', type, prev, body }
      prev = await entryHash(entry)
      lines.push(JSON.stringify({ ...entry, hash: prev }))
      return prev
    }
    const template = entries[0]?.body as Committed
    const { pool } = template
    const hex = (n: number) => n.toString(16).padStart(64, '0')
    for (let n = 1; n <= 10_000; n++) {
      const drawId = `d-${n}`
      const commitment = await add('draw.committed', {
        ...template,
        drawId,
        contributors: ['case-management'],
        serverCommit: await commitTo(hex(n)),
      })
      const contributions = [{ by: 'u-anguan', role: 'case-management', nonce: hex(n + 77) }]
      const result = await outcome(pool, commitment, hex(n), [hex(n + 77)])
      await add('draw.completed', { drawId, commitment, serverSecret: hex(n), contributions, ...result })
    }
    expect(await verifyDraws(`${lines.join('\n')}\n`)).toEqual({
      ok: true,
      entries: 20_000,
      draws: 10_000,
      failures: [],
    })
    const other = pool.map(({ id }) => id)
    const at = 2 * 7654 - 1
    const { winner } = (JSON.parse(lines[at] ?? '') as { body: { winner: string } }).body
    const changed = lines.with(
      at,
      (lines[at] ?? '').replace(`"winner":"${winner}"`, `"winner":"${other.find((id) => id !== winner)}"`),
    )
    const { failures } = await verifyDraws(`${changed.join('\n')}\n`)
    expect(failures.map(({ seq }) => seq)).toEqual([at + 1, at + 1])
  }, 60_000)
  it('says which line is no entry', async () => {
    expect((await verifyDraws('not json\n')).failures).toMatchObject([{ seq: 1 }])
  })
})

describe('arithmetic', () => {
  it('gives every member a ticket, more for the less burdened', () => {
    const member = fc.record({ cap: fc.integer({ min: 1, max: 100 }), load: fc.integer({ min: 0, max: 2_000_000 }) })
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 30 }), (members) => {
        const { pool } = tickets(
          members.map((one, at) => ({ id: `p-${String(at).padStart(2, '0')}`, ...one })),
          DEFAULT_PARAMS,
        )
        expect(pool.every((one) => one.tickets >= 200 * one.cap && one.tickets <= 5000 * one.cap)).toBe(true)
        for (const a of pool)
          for (const b of pool)
            if (a.cap === b.cap && a.load < b.load) expect(a.tickets).toBeGreaterThanOrEqual(b.tickets)
      }),
    )
  })
  it('picks by running sum, ends included', () => {
    const pool = [
      { id: 'a', cap: 1, load: 0, tickets: 2 },
      { id: 'b', cap: 1, load: 0, tickets: 3 },
    ]
    expect([0n, 1n, 2n, 4n].map((r) => pickWinner(pool, r))).toEqual(['a', 'a', 'b', 'b'])
    expect(() => pickWinner(pool, 5n)).toThrow()
  })
  it('stays below the total and rejects an empty draw', async () => {
    for (let n = 1; n < 200; n++)
      expect((await drawNumber(n.toString(16).padStart(64, '0'), n)).r).toBeLessThan(BigInt(n))
    await expect(drawNumber('0'.repeat(64), 0)).rejects.toThrow()
  })
})

describe('canonical JSON (RFC 8785)', () => {
  it('sorts names by code units and escapes as JSON does', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'é\n"'], ö: {}, '€': -0 })).toBe(
      '{"a":[true,null,"é\\n\\""],"b":1,"ö":{},"€":0}',
    )
  })
  it('refuses what two programs could write differently', () => {
    for (const bad of [1.5, 2 ** 53, Number.NaN, undefined, '\ud800', () => 1])
      expect(() => canonicalJson({ bad })).toThrow(TypeError)
  })
})
