import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toSpoolEvent } from '../../../collectors/delivery/envelope.ts'
import { parseCef, readExtension } from '../../../collectors/terminals/cef-parse.ts'
import { dialectOf } from '../../../collectors/terminals/dialects.ts'
import { readEventTime } from '../../../collectors/terminals/event-time.ts'
import { parseBody } from '../../../collectors/terminals/json.ts'
import { parseLeef } from '../../../collectors/terminals/leef-parse.ts'
import { EVENT_TYPES } from '../../../contract/catalogue.ts'
import { Envelope } from '../../../contract/envelope.ts'
import { decoderOf, FIXTURES, profileOf } from './decoders.ts'

const NOW = Date.parse('2026-11-24T10:31:00+08:00')
const SAMPLES = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.bin'))
  .map((name) => ({
    name,
    bytes: readFileSync(join(FIXTURES, name)),
    profile: name.startsWith('g3') ? 'cef' : 'tianqing-v10',
  }))
  .filter(({ name, bytes }) => bytes.length < 5000 && /^g[23]-(?!.*(v6|kwts))/.test(name))
const DECODERS = { cef: await decoderOf('cef'), 'tianqing-v10': await decoderOf('tianqing-v10') }
const decode = (profile: string, bytes: Uint8Array) => DECODERS[profile as keyof typeof DECODERS](bytes, NOW)

describe('nothing throws, nothing vanishes', () => {
  test.each(SAMPLES)('$name cut at every offset', ({ bytes, profile }) => {
    for (let end = 0; end <= bytes.length; end++) {
      const { drafts, refusals, dropped } = decode(profile, bytes.subarray(0, end))
      expect(drafts.length + refusals.length + dropped).toBeGreaterThan(0)
    }
  })

  test.each(['tianqing-v10', 'cef'])('12,000 mutated messages of %s; every draft makes a valid envelope', (profile) => {
    const own = SAMPLES.filter((sample) => sample.profile === profile)
    fc.assert(
      fc.property(
        fc.constantFrom(...own),
        fc.array(fc.tuple(fc.nat(1500), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        ({ bytes }, changes) => {
          const mutant = Buffer.from(bytes)
          for (const [at, value] of changes) mutant[at % mutant.length] = value
          const { drafts, refusals, dropped } = decode(profile, mutant)
          expect(drafts.length + refusals.length + dropped).toBeGreaterThan(0)
          for (const draft of drafts) checkEnvelope(draft)
        },
      ),
      { numRuns: 12_000 },
    )
  })

  test('12,000 bodies of any JSON in the places that the profile reads', () => {
    const keys = fc.constantFrom(
      'syslog_topic',
      'type',
      'guid',
      'client_info',
      'name',
      'group_info',
      'result',
      'severity',
      'operator_name',
      'file_alarm_time',
      'create_time',
      '__proto__',
      'alert_name',
    )
    const { any } = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.constantFrom('antivirus_virus', 'net_out_log', 'edr_alert', '1795486860'),
        fc.array(tie('any'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(keys, tie('any'), { maxKeys: 6 }),
    }))
    fc.assert(
      fc.property(any, (body) => {
        for (const draft of decode('tianqing-v10', Buffer.from(`<13>${JSON.stringify(body)}`)).drafts)
          checkEnvelope(draft)
      }),
      { numRuns: 12_000 },
    )
  })

  test('a megabyte of anything in reasonable time', () => {
    for (const unit of ['=', ' ', 'a=', '\\', '|', 'cs1Label=x ', '^', '{"a":']) {
      const text = unit.repeat(1_048_576 / unit.length)
      readExtension(text.slice(0, 65_536))
      parseCef(`CEF:0|a|b|c|d|e|5|${text.slice(0, 65_536)}`)
      parseLeef(`LEEF:1.0|a|b|c|d|${text.slice(0, 65_536)}`)
      parseBody(text.slice(0, 65_536))
    }
  })
})

function checkEnvelope(draft: Parameters<typeof toSpoolEvent>[0]): void {
  const { body } = toSpoolEvent(draft, { site: 'demo', collector: 'tq-main', profile: 'p@1' })
  const parsed = Envelope.safeParse(JSON.parse(body))
  expect(parsed.error?.issues ?? []).toEqual([])
  expect(Object.hasOwn(EVENT_TYPES, draft.type)).toBe(true)
}

describe('JSON body', () => {
  test('an integer beyond 2^53 keeps its digits wherever it stands; a smaller one is a number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), fc.bigInt({ min: 1n, max: 10n ** 24n }), (before, big) => {
        const body = parseBody(`{"${'a'.repeat(before)}":"x","n":${big},"z":"中"}`)
        expect(body?.n).toBe(big > BigInt(Number.MAX_SAFE_INTEGER) ? String(big) : Number(big))
      }),
      { numRuns: 3000 },
    )
  })
  test('32 levels are a body, 33 are none, however few or many brackets there are', () => {
    const nested = (levels: number, beside: string) => `${`{${beside}"a":`.repeat(levels)}1${'}'.repeat(levels)}`
    for (const beside of ['', '"b":[],']) {
      // A list beside is one level more than the object it stands in.
      const deepest = beside === '' ? 32 : 31
      expect(parseBody(nested(deepest, beside))).toBeDefined()
      expect(parseBody(nested(deepest + 1, beside))).toBeUndefined()
    }
    expect(parseBody(`{"a":[${'[],'.repeat(100)}[]]}`)).toBeDefined()
    expect(parseBody(`{"a":"${'{['.repeat(100)}"}`)).toBeDefined()
  })
})

describe('CEF', () => {
  test('any pairs survive writing and reading', () => {
    const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.]{0,20}$/).filter((one) => !one.endsWith('Label'))
    const value = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll(/\s/g, ' ').trim())
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (pairs) => {
        const escaped = (text: string) => text.replaceAll(/[\\=]/g, '\\$&')
        const text = Object.entries(pairs)
          .map(([one, other]) => `${one}=${escaped(other)}`)
          .join(' ')
        expect(readExtension(text)).toEqual(new Map(Object.entries(pairs)))
      }),
    )
  })
})

describe('event time', () => {
  test.each([
    [1795486860, 1795486860000],
    [1795486860000, 1795486860000],
    ['1795486860', 1795486860000],
    ['2026-11-24 10:21:00', 1795486860000],
    ['2026-11-24T10:21:00.000+0800', 1795486860000],
    ['2026/11/24 10:21:00', 1795486860000],
    ['Nov 24 2026 02:21:00 GMT+00:00', 1795486860000],
    ['Nov 24 2026 02:21:00 GMT', 1795486860000],
    ['Nov 24 2026 10:21:00.250', 1795486860250],
  ])('%s', (text, ms) => expect(readEventTime(text, 'Asia/Shanghai')?.ms).toBe(ms))
  test.each([
    0,
    -1,
    12,
    '',
    'yesterday',
    '2026-13-01 00:00:00',
    'Nov 24 10:21:00',
    'Nov 24 10:21:00 in 2026',
    null,
    {},
    true,
    '2026-02-29 00:00:00',
    Number.NaN,
    '9999999999999999',
    253402300800,
  ])('%s is none', (value) => expect(readEventTime(value, 'Asia/Shanghai')).toBeUndefined())
})

describe('profiles', () => {
  test('a wrong profile is refused with every place', async () => {
    const broken = { ...profileOf('tianqing-v10'), zone: 'Mars', classes: [{ topic: 'x', event: 'terminal.nonsense' }] }
    await expect(dialectOf(broken, String)).rejects.toThrow(/zone.*时区.*classes\.0\.event.*事件类型/)
  })
  test('an unknown kind is refused with those there are', async () => {
    await expect(dialectOf({ ...profileOf('cef'), kind: 'fax' }, String)).rejects.toThrow(/cef、clamav、record/)
  })
})
