import { describe, expect, test } from 'vitest'
import { readTable } from './fuzzed.ts'
import { mutate, seeded } from './mutate.ts'

/** The small run of every `npm test`; `npm run fuzz` takes a million each, and looks at time and memory too. */
const COUNT = 10_000

const table = await readTable()

describe('nothing throws', () => {
  test.each(table)(
    '$name',
    async ({ seeds, decode }) => {
      expect(seeds.length).toBeGreaterThan(0)
      const chance = seeded(20_261_124)
      for (const seed of seeds) await decode(seed)
      for (let count = 0; count < COUNT; count++) {
        const input = mutate(seeds, chance)
        try {
          const made = decode(input)
          if (made instanceof Promise) await made
        } catch (error) {
          throw new Error(`input ${count}, ${Buffer.from(input).toString('base64')}`, { cause: error })
        }
      }
    },
    60_000,
  )

  test('names are there once', () => expect(new Set(table.map(({ name }) => name)).size).toBe(table.length))
})

test('the same seed makes the same inputs', () => {
  const seeds = [new TextEncoder().encode('<13>Nov 24 10:21:07 h a: {"a":1}')]
  const run = () => {
    const chance = seeded(7)
    return Array.from({ length: 50 }, () => Buffer.from(mutate(seeds, chance)).toString('hex'))
  }
  expect(run()).toEqual(run())
  expect(new Set(run()).size).toBeGreaterThan(30)
})
