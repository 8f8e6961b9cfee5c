import { readdirSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { isLarger, toSpoolEvent } from '../../../collectors/delivery/envelope.ts'
import { eventId } from '../../../collectors/delivery/event-id.ts'
import { NO_WORK, openSpool, type Spool } from '../../../collectors/delivery/spool.ts'
import type { EnvelopeInput } from '../../../contract/envelope.ts'
import { temporaryFolder } from '../../services.ts'
import { draft, NOW } from './make.ts'

const sender = { site: 'test', collector: 'tq', profile: 'p@1' }
const event = (n: number) => toSpoolEvent(draft(n), sender)
const opened: Spool[] = []
const openAt = (path: string, now = NOW) => {
  const opening = openSpool(path, now)
  opened.push(opening.spool)
  return opening
}
const fresh = () => openAt(join(temporaryFolder('spool'), 'tq.sqlite')).spool
afterEach(() => {
  for (const spool of opened.splice(0)) {
    try {
      spool.close()
    } catch {
      // closed by the test
    }
  }
})

describe('event id', () => {
  test('begins with the source time, so that ids sort by it', () => {
    expect(eventId(NOW, 't', 'd', 'k')).toMatch(/^[0-9a-f]{12}-[0-9a-f]{20}$/)
    expect(Number.parseInt(eventId(NOW, 't', 'd', 'k').slice(0, 12), 16)).toBe(NOW)
  })
  test('is 0 where the source gave no time', () => {
    expect(eventId(null, 't', 'd', 'k')).toMatch(/^000000000000-/)
  })
  test('is the SHA-256 of type|device|key', () => {
    // printf 'terminal.virus|tianqing|guid-1' | sha256sum
    expect(eventId(null, 'terminal.virus', 'tianqing', 'guid-1').slice(13)).toBe('cc822a868cd1076299d5')
  })
})

describe('event in the spool', () => {
  const someText = fc.string({ unit: 'binary', maxLength: 200 })
  const maybe = fc.option(someText, { nil: undefined })
  const drafts = fc.record({
    type: fc.constantFrom('terminal.virus', 'door.opened'),
    object: maybe,
    device: maybe,
    nativeKey: someText,
    observedMs: fc.option(fc.integer({ min: 0, max: 4e12 })),
    observedAt: fc.constant('2026-11-24T10:21:00+08:00'),
    severity: fc.constantFrom(undefined, 'info' as const, 'critical' as const),
    backfill: fc.constantFrom(undefined, true, false),
    data: fc.dictionary(fc.string(), fc.jsonValue()),
    nativeId: maybe,
    enc: maybe,
  })
  test('is what JSON.stringify makes of the envelope', () => {
    fc.assert(
      fc.property(drafts, (made) => {
        const { id, body } = toSpoolEvent(made, sender)
        const envelope: EnvelopeInput = {
          v: 1,
          id,
          type: made.type,
          site: sender.site,
          collector: sender.collector,
          device: made.device || undefined,
          object: made.object?.slice(0, 128) || undefined,
          observed_at: made.observedAt,
          backfill: made.backfill ?? false,
          severity: made.severity,
          data: made.data,
          src: { profile: sender.profile, native_id: made.nativeId, enc: made.enc },
        }
        expect(body).toBe(JSON.stringify(envelope))
      }),
      { numRuns: 2000 },
    )
  })
  test('is larger when its UTF-8 is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 40 }), (body, bytes) => {
        expect(isLarger(body, bytes)).toBe(Buffer.byteLength(body) > bytes)
      }),
    )
  })
})

describe('spool', () => {
  test('keeps order and numbers without gaps', () => {
    const spool = fresh()
    spool.commit({ ...NO_WORK, events: [event(3), event(1), event(2)] }, NOW)
    expect(spool.pending(0, 10).map(({ seq, id }) => [seq, id])).toEqual([
      [1, event(3).id],
      [2, event(1).id],
      [3, event(2).id],
    ])
  })

  test('a second copy is ignored, before and after the receipt', () => {
    const spool = fresh()
    spool.commit({ ...NO_WORK, events: [event(1)] }, NOW)
    expect(spool.commit({ ...NO_WORK, events: [event(1), event(2)] }, NOW)).toMatchObject({ added: 1, duplicates: 1 })
    spool.commit({ ...NO_WORK, receipted: [event(1).id] }, NOW)
    expect(spool.commit({ ...NO_WORK, events: [event(1)] }, NOW)).toMatchObject({ added: 0, duplicates: 1 })
    expect(spool.pending(0, 10).map(({ id }) => id)).toEqual([event(2).id])
  })

  test('a cursor and its events are stored together or not at all', () => {
    const spool = fresh()
    const broken = { ...event(2), body: undefined as unknown as string, id: undefined as unknown as string }
    expect(() => spool.commit({ ...NO_WORK, events: [event(1), broken], memory: [['s:cursor', '5']] }, NOW)).toThrow()
    expect(spool.pending(0, 10)).toEqual([])
    expect(spool.recall('s:cursor')).toBeUndefined()
    spool.commit({ ...NO_WORK, events: [event(1)], memory: [['s:cursor', '5']] }, NOW)
    expect(spool.recall('s:cursor')).toBe('5')
    expect(spool.pending(0, 10)).toHaveLength(1)
  })

  test('the sequence goes on after a restart, even when everything was receipted and the clock stepped back', () => {
    const path = join(temporaryFolder('spool'), 'tq.sqlite')
    const first = openAt(path).spool
    first.commit({ ...NO_WORK, events: [event(1), event(2)] }, NOW)
    first.commit({ ...NO_WORK, receipted: [event(1).id, event(2).id] }, NOW)
    first.prune(NOW + 100 * 86_400_000)
    first.close()
    const second = openAt(path, NOW - 3_600_000).spool
    second.commit({ ...NO_WORK, events: [event(3)] }, NOW - 3_600_000)
    expect(second.pending(0, 10)[0]?.seq).toBe(3)
  })

  test('a rejected event leaves and is kept among the refusals', () => {
    const spool = fresh()
    spool.commit({ ...NO_WORK, events: [event(1)] }, NOW)
    spool.commit({ ...NO_WORK, rejected: [{ id: event(1).id, reason: 'too_old' }] }, NOW)
    expect(spool.backlog).toBe(0)
    expect(spool.refusalCount()).toBe(1)
  })

  test('what was receipted is forgotten after 15 days, undelivered never', () => {
    const spool = fresh()
    spool.commit({ ...NO_WORK, events: [event(1), event(2), event(3)] }, NOW)
    spool.commit({ ...NO_WORK, receipted: [event(1).id, event(3).id] }, NOW)
    spool.prune(NOW + 14 * 86_400_000)
    expect(spool.commit({ ...NO_WORK, events: [event(1)] }, NOW).duplicates).toBe(1)
    spool.prune(NOW + 16 * 86_400_000)
    expect(spool.commit({ ...NO_WORK, events: [event(1)] }, NOW).added).toBe(1)
    expect(spool.pending(0, 10).map(({ id }) => id)).toEqual([event(2).id, event(1).id])
  })

  test('a second process on the same spool is refused', () => {
    const path = join(temporaryFolder('spool'), 'tq.sqlite')
    openAt(path).spool.commit({ ...NO_WORK, events: [event(1)] }, NOW)
    expect(() => openSpool(path, NOW)).toThrow('正被另一个采集器进程使用')
  })

  test('garbage in place of the file: moved aside, begun anew, later numbers', () => {
    const folder = temporaryFolder('spool')
    const path = join(folder, 'tq.sqlite')
    writeFileSync(path, 'this is no database '.repeat(500))
    const { spool, damaged } = openAt(path)
    expect(damaged).toMatchObject({ saved: 0 })
    expect(readdirSync(folder).some((name) => name.includes('.damaged-'))).toBe(true)
    spool.commit({ ...NO_WORK, events: [event(1)] }, NOW)
    expect(spool.pending(0, 1)[0]?.seq).toBe(Math.floor(NOW / 1000) + 1)
  })

  test('a torn page: what is readable is taken over', async () => {
    const folder = temporaryFolder('spool')
    const path = join(folder, 'tq.sqlite')
    const spool = openAt(path).spool
    for (let n = 0; n < 3000; n += 100)
      spool.commit({ ...NO_WORK, events: Array.from({ length: 100 }, (_, i) => event(n + i)) }, NOW)
    spool.close()
    const file = await open(path, 'r+')
    const { size } = await file.stat()
    await file.write(Buffer.alloc(8192, 0xff), 0, 8192, Math.floor(size / 8192 / 2) * 8192)
    await file.close()
    const { spool: mended, damaged } = openAt(path)
    expect(damaged).toBeDefined()
    expect(mended.backlog).toBe(damaged?.saved)
    expect(mended.backlog).toBeGreaterThan(0)
    expect(mended.backlog).toBeLessThanOrEqual(3000)
  })

  test('any history of adding, receipts, rejections and restarts: nothing lost, nothing doubled, seq rising', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), ids: fc.array(fc.nat(30), { maxLength: 6 }) }),
      fc.record({ do: fc.constant('receipt' as const), ids: fc.array(fc.nat(30), { maxLength: 6 }) }),
      fc.record({ do: fc.constant('reject' as const), ids: fc.array(fc.nat(30), { maxLength: 2 }) }),
      fc.record({ do: fc.constant('restart' as const), ids: fc.constant([] as number[]) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const path = join(temporaryFolder('spool'), 'tq.sqlite')
        let { spool } = openAt(path)
        const waiting = new Set<string>()
        const seen = new Set<string>()
        let lastSeq = 0
        for (const { do: what, ids: numbers } of steps) {
          const ids = numbers.map((n) => event(n).id)
          if (what === 'add') {
            spool.commit({ ...NO_WORK, events: numbers.map(event) }, NOW)
            for (const id of ids) if (!seen.has(id)) waiting.add(id)
            for (const id of ids) seen.add(id)
          } else if (what === 'restart') {
            spool.close()
            spool = openAt(path).spool
          } else {
            const rejected = ids.map((id) => ({ id, reason: 'bad_time' }))
            spool.commit(what === 'receipt' ? { ...NO_WORK, receipted: ids } : { ...NO_WORK, rejected }, NOW)
            for (const id of ids) waiting.delete(id)
          }
          const rows = spool.pending(0, 1000)
          expect(new Set(rows.map(({ id }) => id))).toEqual(waiting)
          expect(rows).toHaveLength(waiting.size)
          expect(spool.backlog).toBe(waiting.size)
          const newest = rows.at(-1)?.seq ?? lastSeq
          expect(newest).toBeGreaterThanOrEqual(rows.length === 0 ? lastSeq : 1)
          lastSeq = Math.max(lastSeq, newest)
        }
        spool.close()
      }),
      { numRuns: 40 },
    )
  })
})
