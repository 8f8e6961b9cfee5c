import { describe, expect, test } from 'vitest'
import { StoreUnavailable } from '../../../server/metrics/port.ts'
import { Retry } from '../../../server/metrics/retry.ts'

const PACE = { retryMs: 1000, maxRetryMs: 60_000 }
const unavailable = (reason: ConstructorParameters<typeof StoreUnavailable>[0], wish?: number) =>
  new StoreUnavailable(reason, 'x', wish)

describe('pauses', () => {
  test('the ceiling doubles up to a minute, chance picks below it, never at once', () => {
    const retry = new Retry(PACE)
    const ceilings = Array.from({ length: 9 }, () => {
      retry.failed(unavailable('unreachable'), 0)
      return retry.delay(1)
    })
    expect(ceilings).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
    expect(retry.delay(0.5)).toBe(30_000)
    expect(retry.delay(0)).toBe(100)
  })

  test.each([
    [5000, 5000],
    [0, 100],
    [3_600_000, 60_000],
  ])('Retry-After %i ms is honoured within bounds: %i', (wish, expected) => {
    const retry = new Retry(PACE)
    retry.failed(unavailable('busy', wish), 0)
    expect(retry.delay(0.3)).toBe(expected)
  })

  test('success forgets', () => {
    const retry = new Retry(PACE)
    for (let times = 0; times < 5; times += 1) retry.failed(unavailable('unreachable'), 0)
    retry.succeeded()
    expect(retry.trouble).toBeUndefined()
    retry.failed(unavailable('unreachable'), 7)
    expect([retry.delay(1), retry.trouble?.since]).toEqual([1000, 7])
  })
})

test('trouble keeps its beginning; three times the configuration calls for help, other troubles never do', () => {
  const retry = new Retry(PACE)
  const seen = [1, 2, 3].map((at) => retry.failed(unavailable('unauthorised'), at))
  expect(seen.map(({ since, needsHelp }) => [since, needsHelp])).toEqual([
    [1, false],
    [1, false],
    [1, true],
  ])
  expect(retry.failed(unavailable('unreachable'), 4)).toMatchObject({ since: 1, needsHelp: false })
  expect(retry.failed(new Error('disk'), 5)).toMatchObject({ reason: 'failed', detail: 'disk', needsHelp: false })
})
