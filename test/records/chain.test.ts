import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkLinks, parseChain } from '../../contract/chain.ts'
import {
  append,
  type ChainName,
  chainHead,
  chainMigrations,
  exportChain,
  latestEntries,
  readChain,
} from '../../server/records/chain.ts'
import { type TestRecords, testRecords } from '../helpers/records.ts'

describe('append-only chain', () => {
  let records: TestRecords
  beforeEach(async () => {
    records = await testRecords([{ name: 'chain', migrations: chainMigrations }], Date.UTC(2026, 10, 24))
  })
  afterEach(() => records.close())
  const add = (chain: ChainName, n: number) =>
    records.store.write((turn) => append(turn.tx, chain, 'note', { n, text: '甲' }, turn.now))

  it('links each entry to the one before, each chain for itself', async () => {
    for (let n = 1; n <= 5; n++) await add('assignment', n)
    await add('audit', 1)
    const text = (await Array.fromAsync(exportChain(records.store.read, 'assignment'))).join('')
    const { entries, failures } = parseChain(text)
    expect(failures).toEqual([])
    expect(await checkLinks(entries)).toEqual([])
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect((await chainHead(records.store.read, 'audit')).seq).toBe(1)
    expect((await readChain(records.store.read, 'assignment', 4, 10)).map(({ seq }) => seq)).toEqual([4, 5])
    expect((await latestEntries(records.store.read, 'assignment', ['note'], 2)).map(({ seq }) => seq)).toEqual([5, 4])
  })
  it('keeps its order under many writers, and leaves no trace of a turn that failed', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) =>
        records.store.write(async (turn) => {
          await append(turn.tx, 'assignment', 'note', { n }, turn.now)
          if (n % 4 === 0) throw new Error('no')
        }),
      ),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    const entries = await readChain(records.store.read, 'assignment', 1, 100)
    expect(entries).toHaveLength(30)
    expect(await checkLinks(entries)).toEqual([])
  })
  it('refuses a float, which two programs could write differently', async () => {
    await expect(records.store.write((turn) => append(turn.tx, 'audit', 'note', { n: 0.5 }, turn.now))).rejects.toThrow(
      TypeError,
    )
  })
})
