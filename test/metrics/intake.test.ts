import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Intake } from '../../server/metrics/intake.ts'

const batch = (body: string, points: number) => ({ kind: 'points', body, points, at: 0 }) as const

test('batches wait in their order while the disk cannot be written, and none is forgotten', async () => {
  const [kept, taken]: [string[], number[]] = [[], []]
  let full = true
  const intake = new Intake({
    add: ({ body }) => {
      if (full) throw new Error('disk full')
      kept.push(body)
    },
    taken: (points) => taken.push(points),
    retryMs: 5,
  })
  for (const [body, points] of [
    ['a', 1],
    ['b', 2],
  ] as const)
    intake.put(batch(body, points))
  expect([intake.trouble, intake.points, taken]).toEqual(['disk full', 3, []])
  full = false
  while (intake.trouble !== null) await sleep(5)
  intake.put(batch('c', 3))
  expect([kept, taken, intake.points]).toEqual([['a', 'b', 'c'], [1, 2, 3], 0])
})

test('what waits is tried a last time at the end, and left to the replay if it fails again', () => {
  const intake = new Intake({
    add: () => {
      throw new Error('disk full')
    },
    taken: () => undefined,
  })
  intake.put(batch('a', 1))
  intake.stop()
  expect(intake.points).toBe(1)
})
