import { describe, expect, it } from 'vitest'
import { median, quantile } from '../../server/security/past.ts'
import {
  applyTerminalEvent,
  coverage,
  freshTerminal,
  isSilent,
  isVirusResolved,
} from '../../server/security/terminals/rules.ts'

const DAY = 86_400_000
const T = 1_795_480_000_000
const apply = (
  record = freshTerminal('JCY-1'),
  type = 'terminal.inventory',
  at = T,
  data: Record<string, unknown> = {},
) => applyTerminalEvent(record, { type, at, data })

describe('terminal board', () => {
  it('counts any sign of life as online, and a told state 0 as offline', () => {
    expect(apply().online).toBe(true)
    expect(apply(undefined, 'terminal.inventory', T, { state: '0' }).online).toBe(false)
    expect(apply(apply(), 'terminal.offline', T + 1).online).toBe(false)
    expect(apply(apply(undefined, 'terminal.offline', T + 5), 'terminal.scan', T).online).toBe(false)
  })
  it('is silent only past the limit', () => {
    expect(isSilent(apply(), T + 1_800_000, 1800)).toBe(false)
    expect(isSilent(apply(), T + 1_800_001, 1800)).toBe(true)
  })
  it('keeps since when a patch is missing until it is complete', () => {
    const failed = apply(undefined, 'terminal.baseline', T, { name: '高危补丁', outcome: 'fail' })
    expect(failed.patchSinceMs).toBe(T)
    const again = apply(failed, 'terminal.baseline', T + DAY, { name: '高危补丁', outcome: 'fail' })
    expect(again.patchSinceMs).toBe(T)
    expect(apply(again, 'terminal.baseline', T + 2 * DAY, { name: '高危补丁', outcome: 'pass' }).patchSinceMs).toBe(
      null,
    )
    expect(apply(again, 'terminal.baseline', T + 2 * DAY, { name: '口令', outcome: 'fail' }).patchMs).toBe(T + DAY)
    expect(apply(undefined, 'terminal.patch_missing', T, { age_days: 19 }).patchSinceMs).toBe(T - 19 * DAY)
  })
  it.each([
    [{ action: 'cleaned' }, true],
    [{ outcome: 'quarantined' }, true],
    [{ action: 'none', outcome: 'unknown' }, false],
    [{}, false],
  ])('virus %j resolved = %s', (data, expected) => expect(isVirusResolved(data)).toBe(expected))

  const seen = (host: string, more: object = {}) => ({ ...apply(freshTerminal(host)), ...more })

  it('names who is unprotected and why, by place in the order of the list', () => {
    const assets = [
      { host: 'a', place: '12309 大厅' },
      { host: 'b', place: '12309 大厅' },
      { host: 'c', place: '会议室 1' },
      { host: 'd', place: '一部' },
    ]
    const records = [seen('d'), seen('b', { seenMs: T - 15 * DAY }), seen('c', { engineUp: false })]
    const found = coverage(assets, records, T, 14 * DAY)
    expect(found.covered).toBe(1)
    expect(found.unprotected.map(({ host, why }) => [host, why])).toEqual([
      ['a', 'never_reported'],
      ['b', 'silent_too_long'],
      ['c', 'engine_down'],
    ])
    expect(found.blind).toEqual([
      { place: '12309 大厅', count: 2 },
      { place: '会议室 1', count: 1 },
    ])
  })
  it('names who reports and is not on the list; a renamed or differently written terminal is on it', () => {
    const assets = [
      { host: 'JCY-1', place: '一部', mac: '02-1A-2B-F5-AB-72' },
      { host: 'JCY-2', place: '一部' },
    ]
    const records = [
      seen('DESKTOP-9', { mac: '021a2bf5ab72' }),
      seen('jcy-2'),
      seen('LAPTOP-X', { ip: '10.8.9.9' }),
      seen('GONE', { seenMs: T - 20 * DAY }),
    ]
    const found = coverage(assets, records, T, 14 * DAY)
    expect([found.covered, found.unknown.map(({ host }) => host)]).toEqual([2, ['LAPTOP-X']])
  })
  it('a dead engine is no sign of life, and one that is up again is', () => {
    const down = apply(undefined, 'terminal.engine', T, { up: false })
    expect([down.seenMs, down.online, down.engineUp]).toEqual([0, false, false])
    expect(apply(down, 'terminal.engine', T + 1, { up: true })).toMatchObject({ online: true, engineUp: true })
    expect(apply(down, 'terminal.inventory', T + 1).engineUp).toBe(false)
    expect(apply(apply(), 'terminal.signature', T + 2, { outcome: 'up_to_date' }).signatureMs).toBe(T + 2)
    expect(apply(apply(), 'terminal.signature', T + 2, { outcome: 'failed' }).signatureMs).toBe(null)
  })
  it('computes quantiles, none for nothing', () => {
    expect(quantile([], 0.5)).toBe(undefined)
    expect(median([3, 1, 2])).toBe(2)
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75)
  })
})
