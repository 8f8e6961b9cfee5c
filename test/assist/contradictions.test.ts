import { describe, expect, test } from 'vitest'
import { readCase } from '../../server/assist/reading/read.ts'
import { blindCases } from './blind-corpus.ts'
import { type HeldCase, heldCases } from './records-corpus.ts'
import { thirdCases } from './third-corpus.ts'

/** Found and seeded are one when kind and speakers are the same; every seed is found once at most. */
function score(cases: readonly HeldCase[]) {
  const wrong: string[] = []
  const kinds = new Map<string, { seeded: number; found: number; right: number }>()
  const of = (kind: string) => {
    const count = kinds.get(kind) ?? { seeded: 0, found: 0, right: 0 }
    kinds.set(kind, count)
    return count
  }
  for (const { name, sources, seeded } of cases) {
    const { contradictions, statements } = readCase(sources)
    const speaker = new Map(statements.map((one) => [one.id, one.speaker]))
    const found = contradictions.map((one) => ({
      kind: one.kind,
      sides: one.sides.map(({ said }) => new Set(said.map(({ statement }) => speaker.get(statement)))),
      why: one.why,
    }))
    const fits = (one: (typeof found)[number], { kind, between: [a, b] }: HeldCase['seeded'][number]) =>
      one.kind === kind &&
      one.sides.some((side, n) => side.has(a) && one.sides.some((other, m) => m !== n && other.has(b)))
    for (const one of found) {
      of(one.kind).found += 1
      if (seeded.some((seed) => fits(one, seed))) of(one.kind).right += 1
      else wrong.push(`${name} false: ${one.kind} ${one.why}`)
    }
    for (const seed of seeded) {
      of(seed.kind).seeded += 1
      if (!found.some((one) => fits(one, seed))) wrong.push(`${name} missed: ${seed.kind} ${seed.between.join('、')}`)
    }
  }
  const total = [...kinds.values()].reduce((sum, one) => ({
    seeded: sum.seeded + one.seeded,
    found: sum.found + one.found,
    right: sum.right + one.right,
  }))
  return {
    kinds,
    wrong,
    total,
    precision: total.right / total.found,
    recall: (total.seeded - wrong.filter((line) => line.includes('missed')).length) / total.seeded,
  }
}

describe.each([
  ['the held corpus', heldCases(108), 0.95, 0.95],
  ['the second corpus, in other words', blindCases(60), 0.95, 0.85],
  ['the third corpus, which stays blind', thirdCases(45), 0.9, 0.6],
] as const)('%s', (_name, cases, least, found) => {
  const { precision, recall, total, wrong, kinds } = score(cases)
  test(`contradictions: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)} of ${total.seeded} in ${cases.length} files`, () => {
    expect(total.seeded).toBeGreaterThanOrEqual(36)
    expect([...kinds.keys()].sort()).toEqual(['amount', 'manner', 'place', 'time'])
    expect([precision >= least, recall >= found], wrong.slice(0, 14).join('\n')).toEqual([true, true])
  })
  test('each file holds several records', () => {
    for (const { sources } of cases) expect(sources.length).toBeGreaterThanOrEqual(3)
  })
})
