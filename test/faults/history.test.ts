import { expect, test } from 'vitest'
import { isClean, judge } from './history.ts'

test.each([
  ['all there', ['a', 'b'], ['b', 'a'], [], [], []],
  ['sent twice is one event', ['a', 'a'], ['a'], [], [], []],
  ['one lost', ['a', 'b'], ['a'], ['b'], [], []],
  ['one doubled', ['a', 'b'], ['a', 'b', 'a', 'a'], [], ['a'], []],
  ['one nobody sent', ['a'], ['a', 'x'], [], [], ['x']],
  ['lost and doubled', ['a', 'b'], ['b', 'b'], ['a'], ['b'], []],
])('%s', (_, sent, stored, lost, doubled, unknown) => {
  const verdict = judge({ source: 's', sent, stored })
  expect(verdict).toMatchObject({ lost, doubled, unknown })
  expect(isClean(verdict)).toBe(lost.length + doubled.length + unknown.length === 0)
})
