import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { Envelope } from '../../contract/envelope.ts'
import { type Checked, check, FUTURE_MS, type Ground } from '../../server/ingest/check.ts'
import { bytes, DAY, envelope, NOW, SITE } from './kit.ts'

const GROUND: Ground = { site: SITE, domain: 'access', collector: 'hik-a' }
const RETENTION = 200 * DAY
const run = (value: unknown, ground = GROUND): Checked => check(bytes(value), ground, NOW, RETENTION)
const reasonOf = (value: unknown, ground = GROUND) => {
  const { events, refusals } = run(value, ground)
  return events.length > 0 ? 'stored' : refusals[0]?.reason
}
const at = (ms: number): string => new Date(ms).toISOString()

describe('one envelope', () => {
  it('becomes a stored event with its defaults', () => {
    const text = JSON.stringify(envelope({ seq: 7, extra: 'kept' }))
    const { events, refusals } = run(text)
    expect(refusals).toEqual([])
    expect(events).toEqual([
      {
        event: {
          id: '019a3f5c2b10-9f3c0123456789abcdef',
          type: 'access.granted',
          family: 'access_event',
          domain: 'access',
          collector: 'hik-a',
          device: null,
          object: 'door:E1',
          severity: 'info',
          observedAt: '2026-11-24T08:31:05+08:00',
          observedMs: NOW,
          receivedMs: NOW,
          backfill: false,
          data: { credential: 'face' },
        },
        seq: 7,
        body: text,
        note: null,
        fresh: false,
      },
    ])
  })

  it.each<[string, unknown, string]>([
    ['v 2', envelope({ v: 2 }), 'schema_major'],
    ['v missing', envelope({ v: undefined }), 'missing_key'],
    ['v text', envelope({ v: '1' }), 'type_mismatch'],
    ['not JSON', 'hello', 'bad_json'],
    ['cut JSON', JSON.stringify(envelope()).slice(0, -1), 'bad_json'],
    ['empty', '', 'bad_json'],
    ['a list', [envelope()], 'bad_json'],
    ['null', 'null', 'bad_json'],
    ['with a byte order mark', `\ufeff${JSON.stringify(envelope())}`, 'bad_json'],
    ['id missing', envelope({ id: undefined }), 'missing_key'],
    ['id with blanks', envelope({ id: 'a b' }), 'type_mismatch'],
    ['id of 65', envelope({ id: 'a'.repeat(65) }), 'type_mismatch'],
    ['id with a line end', envelope({ id: 'abc\n' }), 'type_mismatch'],
    ['type missing', envelope({ type: undefined }), 'missing_key'],
    ['type of one word', envelope({ type: 'access' }), 'type_mismatch'],
    ['type too long', envelope({ type: `access.${'x'.repeat(60)}` }), 'tag_limit'],
    ['site missing', envelope({ site: undefined }), 'missing_key'],
    ['other site', envelope({ site: 'qy' }), 'type_mismatch'],
    ['collector missing', envelope({ collector: undefined }), 'missing_key'],
    ['other collector', envelope({ collector: 'hik-b' }), 'type_mismatch'],
    ['type of another room', envelope({ type: 'terminal.virus' }), 'type_mismatch'],
    ['time missing', envelope({ observed_at: undefined }), 'missing_time'],
    ['time null', envelope({ observed_at: null }), 'missing_time'],
    ['time empty', envelope({ observed_at: '' }), 'missing_time'],
    ['time without zone', envelope({ observed_at: '2026-11-24T08:31:05' }), 'bad_time'],
    ['time as number', envelope({ observed_at: NOW }), 'bad_time'],
    ['published_at wrong', envelope({ published_at: 'now' }), 'bad_time'],
    ['24 h ahead', envelope({ observed_at: at(NOW + FUTURE_MS) }), 'stored'],
    ['more than 24 h ahead', envelope({ observed_at: at(NOW + FUTURE_MS + 1) }), 'future_time'],
    ['at the edge of retention', envelope({ observed_at: at(NOW - RETENTION) }), 'stored'],
    ['beyond retention', envelope({ observed_at: at(NOW - RETENTION - 1) }), 'too_old'],
    ['seq negative', envelope({ seq: -1 }), 'type_mismatch'],
    ['seq beyond 2^53', envelope({ seq: 2 ** 53 }), 'type_mismatch'],
    ['backfill text', envelope({ backfill: 'yes' }), 'type_mismatch'],
    ['severity unknown', envelope({ severity: 'fatal' }), 'type_mismatch'],
    ['data a list', envelope({ data: [] }), 'type_mismatch'],
    ['data null', envelope({ data: null }), 'type_mismatch'],
    ['src text', envelope({ src: 'x' }), 'type_mismatch'],
    ['object empty', envelope({ object: '' }), 'type_mismatch'],
    ['object of 129', envelope({ object: 'x'.repeat(129) }), 'tag_limit'],
    ['device with NUL', envelope({ device: 'a\0b' }), 'type_mismatch'],
    ['65 levels deep', envelope({ data: { deep: deep(70), pad: 'x'.repeat(1100) } }), 'type_mismatch'],
    ['a collector about itself', envelope({ type: 'collector.auth_failed' }), 'stored'],
    ['a door event', envelope({ type: 'door.forced' }), 'stored'],
  ])('%s', (_what, value, expected) => {
    expect(reasonOf(value)).toBe(expected)
  })

  it('longer than 64 KiB is too long, exactly 64 KiB is not', () => {
    const frame = (size: number) => {
      const empty = JSON.stringify(envelope({ data: { pad: '' } })).length
      return envelope({ data: { pad: 'x'.repeat(size - empty) } })
    }
    expect(reasonOf(frame(65_536))).toBe('stored')
    expect(reasonOf(frame(65_537))).toBe('frame_too_long')
  })

  it('refuses what is no UTF-8', () => {
    expect(check(Buffer.from([0x7b, 0xc3, 0x28]), GROUND, NOW, RETENTION).refusals[0]?.reason).toBe('undecodable')
  })

  it('keeps 4 KiB of what it refuses, cut at a character', () => {
    const [refused] = run(`{"v":1,"x":"${'院'.repeat(3000)}`).refusals
    expect(Buffer.byteLength(refused?.excerpt ?? '')).toBeLessThanOrEqual(4096)
    expect(refused?.truncated).toBe(true)
    expect(refused?.excerpt).not.toContain('\ufffd')
  })
})

describe('an unknown type', () => {
  it('is stored as .other with its own name, and somebody is told', () => {
    const { events, refusals } = run(envelope({ type: 'access.teleported' }))
    expect(refusals).toEqual([])
    expect(events[0]?.event).toMatchObject({
      type: 'access.other',
      data: { credential: 'face', original_type: 'access.teleported' },
    })
    expect(JSON.parse(events[0]?.body ?? '')).toMatchObject({ type: 'access.other' })
    expect(events[0]?.note).toMatchObject({ reason: 'unknown_topic', collector: 'hik-a' })
  })

  it('is refused where the room has no .other', () => {
    const ground: Ground = { ...GROUND, domain: 'patrol' }
    expect(reasonOf(envelope({ type: 'patrol.flown' }), ground)).toBe('unknown_topic')
  })

  it('never reads a prototype', () => {
    const open: Ground = { site: SITE, domain: null, collector: null }
    for (const type of ['constructor.name', 'tostring.call', 'valueof.x'])
      expect(reasonOf(envelope({ type }), open)).toBe('unknown_topic')
  })
})

describe('without a topic', () => {
  const open: Ground = { site: SITE, domain: null, collector: null }
  it.each([
    ['door.opened', 'access'],
    ['terminal.virus', 'terminal'],
    ['collector.gap', 'infra'],
    ['terminal.unheard_of', 'terminal'],
  ])('%s belongs to %s', (type, domain) => {
    expect(run(envelope({ type }), open).events[0]?.event.domain).toBe(domain)
  })
})

describe('a batch', () => {
  it('keeps the good beside the bad', () => {
    const batch = [envelope({ id: 'a' }), 7, envelope({ id: 'b', v: 2 }), envelope({ id: 'c', type: 'door.opened' })]
    const { events, refusals } = run({ v: 1, batch })
    expect(events.map(({ event }) => event.id)).toEqual(['a', 'c'])
    expect(refusals.map(({ id, reason }) => [id, reason])).toEqual([
      [null, 'type_mismatch'],
      ['b', 'schema_major'],
    ])
    expect(JSON.parse(events[1]?.body ?? '')).toEqual(batch[3])
  })
  it.each<[string, unknown, string]>([
    ['of none', { v: 1, batch: [] }, 'missing_key'],
    ['of 201', { v: 1, batch: Array.from({ length: 201 }, () => 1) }, 'frame_too_long'],
    ['that is none', { v: 1, batch: {} }, 'type_mismatch'],
    ['of version 2', { v: 2, batch: [envelope()] }, 'schema_major'],
    ['with more keys', { v: 1, batch: [envelope()], more: 1 }, 'type_mismatch'],
  ])('%s is refused', (_what, value, reason) => {
    expect(run(value).refusals.map((refused) => refused.reason)).toEqual([reason])
  })
})

it('takes __proto__ keys out', () => {
  const text = JSON.stringify(envelope())
    .replace('{"v"', '{"__proto__":{"admin":1},"v"')
    .replace('{"credential"', '{"__proto__":{"admin":1},"credential"')
  const { events } = run(text)
  expect(Object.keys(events[0]?.event.data ?? {})).toEqual(['credential'])
  expect(events[0]?.body).not.toContain('__proto__')
  expect(({} as { admin?: number }).admin).toBeUndefined()
})

describe('agrees with the contract', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      '',
      0,
      -1,
      1.5,
      true,
      [],
      {},
      'x',
      'a.b',
      2 ** 60,
      '2026-11-24T08:31:05+08:00',
    ),
    fc.string({ maxLength: 140 }),
  )
  const key = fc.constantFrom(
    'v',
    'id',
    'type',
    'site',
    'collector',
    'device',
    'object',
    'observed_at',
    'published_at',
    'seq',
    'backfill',
    'severity',
    'data',
    'src',
    'more',
  )
  it('on every envelope with something odd in it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, odd), { maxLength: 3 }), (changes) => {
        const value = JSON.parse(JSON.stringify(envelope(Object.fromEntries(changes)))) as Record<string, unknown>
        const schema = Envelope.safeParse(value)
        const outcome = run(value)
        expect(outcome.events.length + outcome.refusals.length).toBe(1)
        const [accepted] = outcome.events
        if (accepted) {
          expect(schema.success).toBe(true)
          expect(accepted.event.data).toMatchObject(schema.data?.data ?? {})
          expect(accepted.event.backfill).toBe(schema.data?.backfill)
          return
        }
        // What the schema lets through, only the topic, the time or a NUL can have refused.
        if (!schema.success) return
        const { site, collector, type, observed_at, device, object } = schema.data
        const elsewhere =
          site !== SITE || collector !== 'hik-a' || !['access', 'collector'].includes(type.split('.')[0] ?? '')
        const late = Math.abs(Date.parse(observed_at) - NOW) > FUTURE_MS
        expect(elsewhere || late || `${device}${object}`.includes('\0') || EVENT_TYPES[type] === undefined).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
  it('on all it stores: the body is an envelope again', () => {
    for (const [type, { domain }] of Object.entries(EVENT_TYPES)) {
      const { events } = run(envelope({ type }), { ...GROUND, domain: domain ?? 'case' })
      expect(Envelope.parse(JSON.parse(events[0]?.body ?? '')).type).toBe(type)
    }
  })
})

describe('never throws', () => {
  it('on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (random) => {
        const { events, refusals } = check(random, GROUND, NOW, RETENTION)
        expect(events.length + refusals.length).toBeGreaterThan(0)
      }),
    )
  })
  it('on any JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (json, batch) => {
        const { events, refusals } = run(batch ? `{"v":1,"batch":[${json}]}` : json)
        expect(events.length + refusals.length).toBe(1)
      }),
    )
  })
  it('cut at each byte', () => {
    const whole = bytes({ v: 1, batch: [envelope({ id: 'a', data: { name: '门禁一号' } }), envelope({ id: 'b' })] })
    for (let length = 0; length < whole.length; length++) {
      const { events, refusals } = check(whole.subarray(0, length), GROUND, NOW, RETENTION)
      expect(events).toEqual([])
      expect(refusals).toHaveLength(1)
    }
  })
  it('on 64 KiB of brackets, alone or in a batch', () => {
    const nested = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
    const one = JSON.stringify(envelope({ data: { x: 0 } })).replace('"x":0', `"x":${nested}`)
    expect(reasonOf(one)).toBe('type_mismatch')
    expect(reasonOf(`{"v":1,"batch":[${one}]}`)).toBe('type_mismatch')
  })
})

function deep(levels: number): unknown {
  return levels === 0 ? 1 : { in: deep(levels - 1) }
}
