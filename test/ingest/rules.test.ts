import fc from 'fast-check'
import mqttPacket from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { passwordChecker } from '../../server/ingest/broker.ts'
import { FrameGuard } from '../../server/ingest/frame-guard.ts'
import { SeqWatch } from '../../server/ingest/gaps.ts'
import { receiptsOf } from '../../server/ingest/receipts.ts'
import { mayPublish, maySubscribe } from '../../server/ingest/rights.ts'
import { isStoreTrouble } from '../../server/ingest/store-trouble.ts'
import { ClientStorm } from '../../server/ingest/storm.ts'
import type { Parcel } from '../../server/ingest/turn.ts'

describe('topic rights', () => {
  it.each([
    ['hik-a', 'jc/v1/demo/access/hik-a/evt/door.opened', true],
    ['hik-a', 'jc/v1/demo/infra/hik-a/met/collector_health', true],
    ['hik-a', 'jc/v1/demo/access/hik-a/status', true],
    ['hik-a', 'jc/v1/demo/nowhere/hik-a/evt/x', true],
    ['hik-a', 'jc/v1/demo/_dlq/hik-a', true],
    ['hik-a', 'jc/v1/demo/access/hik-b/evt/door.opened', false],
    ['hik-a', 'jc/v1/qy/access/hik-a/evt/door.opened', false],
    ['hik-a', 'jc/v1/demo/_receipt/hik-a', false],
    ['hik-a', 'jc/v1/demo/_dlq/hik-b', false],
    ['hik-a', 'jc/v1/demo/access/hik-a', false],
    ['hik-a', '$SYS/x', false],
    ['server', 'jc/v1/demo/_receipt/hik-a', true],
    ['server', '$SYS/x', false],
    ['', 'jc/v1/demo/access//evt/x', true],
  ])('%s publishes to %s: %s', (user, topic, may) => {
    expect(mayPublish('demo', user, topic)).toBe(may)
  })
  it.each([
    ['hik-a', 'jc/v1/demo/_receipt/hik-a', true],
    ['hik-a', 'jc/v1/demo/_receipt/hik-b', false],
    ['hik-a', 'jc/v1/demo/_receipt/+', false],
    ['hik-a', '#', false],
    ['hik-a', 'jc/v1/demo/access/hik-a/#', false],
    ['server', '#', true],
  ])('%s subscribes to %s: %s', (user, filter, may) => {
    expect(maySubscribe('demo', user, filter)).toBe(may)
  })
})

describe('passwords', () => {
  const fits = passwordChecker(
    new Map([
      ['hik-a', 'secret'],
      ['empty', ''],
    ]),
  )
  it.each([
    ['hik-a', 'secret', true],
    ['hik-a', 'Secret', false],
    ['hik-a', '', false],
    ['nobody', '', false],
    ['empty', '', false],
    ['constructor', 'x', false],
  ])('%s with %j: %s', (name, password, good) => {
    expect(fits(name, Buffer.from(password))).toBe(good)
  })
})

describe('gaps in the numbering', () => {
  const watch = (last: number | null, seqs: number[], settle = 10_000) => {
    const one = new SeqWatch(last)
    const foreseen = one.lastAfter(seqs)
    for (const seq of seqs) one.see(seq, 0)
    expect(one.last).toBe(foreseen)
    return one.settled(settle).map(({ from, to }) => [from, to])
  }
  it.each<[string, number | null, number[], number[][]]>([
    ['in order', null, [5, 6, 7], []],
    ['one missing', 4, [5, 7], [[6, 6]]],
    ['many missing', 10, [2011], [[11, 2010]]],
    ['filled late', 4, [7, 6, 5, 8], []],
    [
      'filled in part',
      4,
      [10, 7],
      [
        [5, 6],
        [8, 9],
      ],
    ],
    ['begun anew at 0', 500, [0, 1, 2], []],
    ['begun anew at 1', 500, [1, 2, 4], [[3, 3]]],
    ['an old one again', 500, [300, 501], []],
  ])('%s', (_what, last, seqs, holes) => {
    expect(watch(last, seqs)).toEqual(holes)
  })
  it('are told once, and only when they stayed', () => {
    const one = new SeqWatch(1)
    one.see(3, 1000)
    expect(one.settled(2000)).toEqual([])
    expect(one.settled(11_000)).toHaveLength(1)
    expect(one.settled(90_000)).toEqual([])
  })
  it('stay bounded', () => {
    const one = new SeqWatch(0)
    for (let seq = 2; seq < 5000; seq += 2) one.see(seq, 0)
    expect(one.settled(1e6).length).toBeLessThanOrEqual(100)
  })
})

it('a storm of one client id is told once per window', () => {
  const storm = new ClientStorm()
  const told = Array.from({ length: 12 }, (_, n) => storm.see('hik-a', n * 1000))
  expect(told.filter(Boolean)).toHaveLength(2)
  expect(Array.from({ length: 12 }, (_, n) => storm.see('hik-b', n * 10_000)).some(Boolean)).toBe(false)
})

describe('frame guard', () => {
  const packet = (size: number) =>
    Buffer.from(
      mqttPacket.generate({
        cmd: 'publish',
        topic: 't',
        payload: Buffer.alloc(size),
        qos: 1,
        messageId: 1,
        dup: false,
        retain: false,
      }),
    )
  it('lets through what fits, however it is cut', () => {
    const stream = Buffer.concat([packet(0), packet(100), packet(130), packet(5000), packet(1)])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (steps) => {
        const guard = new FrameGuard(5010)
        for (let at = 0, n = 0; at < stream.length; n++) {
          const step = steps[n % steps.length] ?? 1
          expect(guard.feed(stream.subarray(at, at + step))).toBe(true)
          at += step
        }
      }),
    )
  })
  it('stops a packet at its header when it is too long', () => {
    expect(new FrameGuard(5000).feed(packet(5001).subarray(0, 3))).toBe(false)
    expect(new FrameGuard(5000).feed(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]))).toBe(false)
  })
})

it('tells trouble of the store from a wrong statement', () => {
  const error = (part: object) => Object.assign(new Error('x'), part)
  expect(isStoreTrouble(error({ errcode: 13 }))).toBe(true)
  expect(isStoreTrouble(error({ errcode: 778 }))).toBe(true)
  expect(isStoreTrouble(error({ errcode: 19 }))).toBe(false)
  expect(isStoreTrouble(error({ code: '57P01' }))).toBe(true)
  expect(isStoreTrouble(error({ code: '53100' }))).toBe(true)
  expect(isStoreTrouble(error({ code: '23505' }))).toBe(false)
  expect(isStoreTrouble(error({ code: 'ECONNREFUSED' }))).toBe(true)
  expect(isStoreTrouble('x')).toBe(false)
})

it('receipts hold at most 1,000 ids each and name each collector once per thousand', () => {
  const parcel = (collector: string, ids: number): Parcel => ({
    receiptFor: collector,
    topic: null,
    checked: {
      events: Array.from({ length: ids }, (_, n) => ({ event: { id: `${collector}-${n}` } }) as never),
      refusals: [{ id: null, collector, reason: 'bad_json', seq: null, excerpt: '', truncated: false, at: 0 }],
    },
    receivedMs: 0,
    quarantine: true,
    settle: null,
  })
  const receipts = receiptsOf([
    parcel('a', 800),
    parcel('b', 3),
    parcel('a', 800),
    { ...parcel('c', 1), receiptFor: null },
  ])
  expect(receipts.map(({ collector, receipt }) => [collector, receipt.ids.length, receipt.rejected.length])).toEqual([
    ['a', 999, 1],
    ['b', 3, 1],
    ['a', 601, 1],
  ])
})
