import { expect, test } from 'vitest'
import type { Sample } from '../bench/live/soak.ts'
import { judge } from './soak/soak.ts'

const minutes = Array.from({ length: 20 }, (_, n) => n)
const wall = (heap: (minute: number) => number): Sample[] =>
  minutes.map((minute) => ({ minute, heapMb: heap(minute), nodes: 900, listeners: 40 }))
const weights = (rss: (minute: number) => number, handles: (minute: number) => number) =>
  minutes.map((minute) => ({ minute, processes: [{ name: 'server', rssMb: rss(minute), handles: handles(minute) }] }))
const bad = (...input: Parameters<typeof judge>) =>
  judge(...input)
    .filter(({ ok }) => !ok)
    .map(({ what }) => what)

test('flat is flat', () => {
  const steady = (minute: number) => 20 + (minute % 3) * 0.1
  expect(
    bad(
      wall(steady),
      weights(
        () => 150,
        () => 60,
      ),
      60,
    ),
  ).toEqual([])
})
test('each kind of growth is named', () => {
  // 0.6 MB in a minute at ×60 is 0.6 MB in a simulated hour.
  const growing = (minute: number) => 20 + 0.6 * minute
  expect(
    bad(
      wall(growing),
      weights(
        () => 150,
        () => 60,
      ),
      60,
    ),
  ).toEqual(['大屏堆斜率'])
  expect(
    bad(
      wall(() => 20),
      weights(
        (minute) => 150 + minute,
        () => 60,
      ),
      60,
    ),
  ).toEqual(['server 内存'])
  expect(
    bad(
      wall(() => 20),
      weights(
        () => 150,
        (minute) => 60 + minute,
      ),
      60,
    ),
  ).toEqual(['server 文件句柄'])
})
