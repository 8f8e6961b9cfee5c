import { afterEach, describe, expect, test } from 'vitest'
import { checkAnchors, parseAnchors } from '../../contract/anchors.ts'
import { type ChainEntry, checkLinks } from '../../contract/chain.ts'
import { duringCall, traceWrite } from '../../server/audit/call.ts'
import { auditMigrations } from '../../server/audit/index.ts'
import { RefusalTrail } from '../../server/audit/refused.ts'
import { AUDIT_CHAIN, auditTrail, findAudit } from '../../server/audit/trail.ts'
import type { Principal } from '../../server/feature.ts'
import { readChain } from '../../server/records/chain.ts'
import { RecordStore } from '../../server/records/store.ts'
import { freshRecords } from '../helpers/stores.ts'
import { asvs } from '../trust/names.ts'

const NOW = Date.parse('2026-11-24T09:00:00+08:00')
let clock = NOW
const stores: RecordStore[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
  clock = NOW
})

async function store(migrations = auditMigrations): Promise<RecordStore> {
  const records = new RecordStore(await freshRecords(':memory:'), {
    now: () => clock,
    beforeCommit: traceWrite,
    committed: () => undefined,
    failed: (error) => {
      throw error
    },
  })
  stores.push(records)
  await records.migrate(migrations)
  return records
}
const trail = (records: RecordStore): Promise<ChainEntry[]> =>
  records.write(({ tx }) => readChain(tx, AUDIT_CHAIN, 1, 1000))
const person: Principal = {
  id: 'p46',
  username: 'case-management',
  name: '韩然柏',
  roles: ['case-management'],
  department: 'cm',
  post: '案管',
  permissions: new Set(),
  via: 'session',
  sessionId: 's',
}
const call = { route: 'proposeDesignation', person, ip: '127.0.0.1', params: { id: 'c1' } }

describe('a write during a call', () => {
  test('leaves its trace in the same transaction, with who, what and from where', async () => {
    const records = await store()
    await duringCall(call, () => records.write(async () => undefined))
    const [entry] = await trail(records)
    expect(entry).toMatchObject({
      seq: 1,
      type: 'call.proposeDesignation',
      body: { actor: 'case-management', ip: '127.0.0.1', object: 'c1', detail: { via: 'session' } },
    })
  })
  test(
    asvs('16.4.1', 'keeps what no store could hold out of the trail, so that no act fails by its trace'),
    async () => {
      const records = await store()
      const params = { id: `a\0b${'x'.repeat(124)}😀` }
      await duringCall({ ...call, params }, () => records.write(async () => undefined))
      await records.write(({ tx, now }) =>
        auditTrail.record(tx, now, {
          kind: 'export.started',
          actor: `${'x'.repeat(63)}😀`,
          ip: '::1',
          detail: { filters: '\ud83d\0', rows: 1 },
        }),
      )
      const [first, second] = await trail(records)
      expect(first?.body).toMatchObject({ object: `a\ufffdb${'x'.repeat(124)}\ufffd` })
      expect(second?.body).toMatchObject({
        actor: `${'x'.repeat(63)}\ufffd`,
        detail: { filters: '\ufffd\ufffd', rows: 1 },
      })
    },
  )
  test('that fails leaves none, since nothing was written', async () => {
    const records = await store()
    await expect(
      duringCall(call, () =>
        records.write(async () => {
          throw new Error('no')
        }),
      ),
    ).rejects.toThrow('no')
    expect(await trail(records)).toEqual([])
  })
  test('whose feature tells it in its own words is told once', async () => {
    const records = await store()
    const entry = { kind: 'token.created', actor: 'x', ip: '', detail: { id: 't1' } }
    await duringCall(call, () => records.write(({ tx, now }) => auditTrail.record(tx, now, entry)))
    expect((await trail(records)).map(({ type }) => type)).toEqual(['token.created'])
  })
  test('two calls at once do not take each other’s name', async () => {
    const records = await store()
    const as = (username: string) =>
      duringCall({ ...call, person: { ...person, username } }, async () => {
        for (let n = 0; n < 10; n += 1) await records.write(async () => undefined)
      })
    await Promise.all([as('a'), as('b'), records.write(async () => undefined)])
    const actors = (await trail(records)).map(({ body }) => body.actor)
    expect(actors.filter((actor) => actor === 'a')).toHaveLength(10)
    expect(actors.filter((actor) => actor === 'b')).toHaveLength(10)
    expect(actors).toHaveLength(20)
  })
})

describe('refusals', () => {
  test('the first is written at once, the flood behind it as one entry with its count', async () => {
    const records = await store()
    const refusals = new RefusalTrail(
      records,
      () => clock,
      (error) => expect.unreachable(String(error)),
    )
    const refused = { route: 'listAudit', why: 'forbidden', actor: 'x', ip: '', object: null }
    for (let n = 0; n < 500; n += 1) refusals.note(refused)
    refusals.note({ ...refused, actor: 'y' })
    refusals.sweep()
    expect((await trail(records)).map(({ body }) => body.detail)).toEqual([
      { route: 'listAudit', why: 'forbidden', times: 1 },
      { route: 'listAudit', why: 'forbidden', times: 1 },
    ])
    clock += 60_001
    refusals.sweep()
    expect((await trail(records)).at(-1)?.body).toMatchObject({ actor: 'x', detail: { times: 499 } })
  })
})

describe('the index', () => {
  test('finds by person, kind, prefix, object, address and time, newest first, page by page', async () => {
    const records = await store()
    for (const [n, kind] of ['login.succeeded', 'login.failed', 'loginx', 'export', 'login.failed'].entries()) {
      clock = NOW + n * 1000
      await records.write(({ tx, now }) =>
        auditTrail.record(tx, now, { kind, actor: `a${n % 2}`, ip: `10.0.0.${n}`, object: `o${n}`, detail: {} }),
      )
    }
    const find = (query: Partial<Parameters<typeof findAudit>[1]>) =>
      records.write(({ tx }) => findAudit(tx, { limit: 100, ...query }))
    expect(await find({})).toEqual([5, 4, 3, 2, 1])
    expect(await find({ kind: 'login.' })).toEqual([5, 2, 1])
    expect(await find({ kind: 'login.failed', actor: 'a1' })).toEqual([2])
    expect(await find({ object: 'o3' })).toEqual([4])
    expect(await find({ ip: '10.0.0.2' })).toEqual([3])
    expect(await find({ from: NOW + 1000, to: NOW + 2000 })).toEqual([3, 2])
    expect(await find({ limit: 2 })).toEqual([5, 4])
    expect(await find({ limit: 2, before: 4 })).toEqual([3, 2])
  })
  test('the journal of earlier versions is brought into the chain, in its order', async () => {
    const records = await store([...auditMigrations.filter(({ id }) => id !== 'audit/002-trail')])
    type Old = { audit_event: { id: string; at: number; kind: string; actor: string; ip: string; detail: string } }
    await records.write(async ({ tx }) => {
      const rows = [3, 1, 2].map((n) => ({
        id: `e${n}`,
        at: NOW + n,
        kind: `k${n}`,
        actor: 'x',
        ip: '',
        detail: '{"n":1}',
      }))
      await tx.withTables<Old>().insertInto('audit_event').values(rows).execute()
    })
    await records.migrate(auditMigrations)
    expect((await trail(records)).map(({ type }) => type)).toEqual(['k1', 'k2', 'k3'])
  })
})

describe('heads kept outside', () => {
  const chain = async (count: number): Promise<ChainEntry[]> => {
    const records = await store()
    for (let n = 0; n < count; n += 1)
      await records.write(({ tx, now }) =>
        auditTrail.record(tx, now, { kind: `k${n}`, actor: 'x', ip: '', detail: {} }),
      )
    return trail(records)
  }
  const anchorOf = ({ seq, at, hash }: ChainEntry) => ({ chain: 'audit', seq, at, hash })

  test('find a cut tail and a tail written anew, which links alone do not', async () => {
    const entries = await chain(6)
    const anchors = entries.filter(({ seq }) => seq === 3 || seq === 6).map(anchorOf)
    expect(checkAnchors(entries, anchors)).toEqual([])
    const cut = entries.slice(0, 4)
    expect(await checkLinks(cut)).toEqual([])
    expect(checkAnchors(cut, anchors)).toMatchObject([{ seq: 6, what: expect.stringContaining('链尾缺失') }])
    const anew = (await chain(6)).map((entry, at) => ({
      ...entry,
      hash: at < 2 ? entry.hash : `${at}`.padStart(64, '0'),
    }))
    expect(checkAnchors(anew, anchors).map(({ seq }) => seq)).toEqual([3, 6])
  })
  test('every single flipped byte of a chain is named by its links', async () => {
    const entries = await chain(3)
    const text = entries.map((entry) => JSON.stringify(entry)).join('\n')
    const { parseChain } = await import('../../contract/chain.ts')
    for (let at = 0; at < text.length; at += 1) {
      const bytes = Buffer.from(text)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      const parsed = parseChain(bytes.toString('utf8'))
      const failures = [...parsed.failures, ...(await checkLinks(parsed.entries))]
      expect(failures.length, `byte ${at}`).toBeGreaterThan(0)
    }
  })
  test('a half-written last line is no accusation; a bad line elsewhere is', async () => {
    const line = JSON.stringify({ chain: 'audit', seq: 1, at: 'x', hash: '0'.repeat(64) })
    expect(parseAnchors(`${line}\n${line.slice(0, 20)}`)).toMatchObject({ anchors: [{ seq: 1 }], failures: [] })
    expect(parseAnchors(`broken\n${line}\n`).failures).toHaveLength(1)
  })
})
