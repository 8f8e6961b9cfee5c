import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type Block, openReservoir, type Reservoir } from '../../../collectors/intake/reservoir.ts'
import { temporaryFolder } from '../../services.ts'

const opened: Reservoir[] = []
afterEach(() => {
  for (const reservoir of opened.splice(0)) reservoir.close()
})
const pathOf = () => join(temporaryFolder('burst'), 'tq.burst.sqlite')
function open(path = pathOf()): Reservoir {
  const reservoir = openReservoir(path)
  opened.push(reservoir)
  return reservoir
}
const again = (reservoir: Reservoir, path: string): Reservoir => {
  opened.splice(opened.indexOf(reservoir), 1)
  reservoir.close()
  return open(path)
}

function all(reservoir: Reservoir): Block[] {
  const blocks: Block[] = []
  for (let next = reservoir.after(0); next; next = reservoir.after(next.n)) blocks.push(next.block)
  return blocks
}
const texts = (blocks: readonly Block[]) =>
  blocks.map(({ frames }) => frames.map((frame) => Buffer.from(frame).toString()))
const block = (...frames: string[]): Block => ({
  channel: 'c',
  receivedMs: 5,
  frames: frames.map((text) => Buffer.from(text)),
})

describe('reservoir', () => {
  test('what is kept comes out as it went in, also in the next process (property)', async () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 })
    const blocks = fc.array(fc.record({ channel: fc.string(), receivedMs: fc.nat(), frames }), { maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(blocks, async (kept) => {
        const path = pathOf()
        const first = open(path)
        await Promise.all(kept.map((one) => first.keep(one)))
        const found = all(again(first, path))
        expect(found.map(({ channel, receivedMs }) => [channel, receivedMs])).toEqual(
          kept.map(({ channel, receivedMs }) => [channel, receivedMs]),
        )
        expect(found.map((one) => one.frames.map((frame) => [...frame]))).toEqual(
          kept.map((one) => one.frames.map((frame) => [...frame])),
        )
      }),
      { numRuns: 15 },
    )
  })

  test('drop forgets up to a number, bytes tell what is left', async () => {
    const reservoir = open()
    const kept = ['one', 'two', 'three'].map((text) => reservoir.keep(block(text)))
    expect(reservoir.bytes).toBe(3 + 3 + 5 + 3 * 4)
    await Promise.all(kept)
    const second = reservoir.after(reservoir.after(0)?.n ?? 0)
    reservoir.drop(second?.n ?? 0)
    expect(texts(all(reservoir))).toEqual([['three']])
    expect(reservoir.bytes).toBe(9)
  })

  test('a file that grew large is made anew when it is empty, and numbers go on', async () => {
    const path = pathOf()
    const reservoir = open(path)
    const large = 'x'.repeat(1024 * 1024)
    await Promise.all(Array.from({ length: 40 }, () => reservoir.keep(block(large))))
    let last = 0
    for (let next = reservoir.after(0); next; next = reservoir.after(next.n)) last = next.n
    reservoir.drop(last)
    expect(reservoir.bytes).toBe(0)
    expect(statSync(path).size).toBeLessThan(1024 * 1024)
    await reservoir.keep(block('after'))
    expect(reservoir.after(last)?.n).toBe(last + 1)
  })

  test('a damaged file is an error, not an empty one', () => {
    const path = pathOf()
    writeFileSync(path, 'no database at all, but long enough to be looked at as one'.repeat(100))
    expect(() => openReservoir(path)).toThrow()
  })
})
