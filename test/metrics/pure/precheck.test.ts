import fc from 'fast-check'
import { FieldType, InfluxDB } from 'influx'
import { describe, expect, test } from 'vitest'
import { cleanField, cleanTag, precheck } from '../../../server/metrics/precheck.ts'
import { SCHEMA } from '../../../server/metrics/schema.ts'
import { doorEvent, NOON } from '../points.ts'

describe('tags', () => {
  test.each([
    ['a\nb', 'a b'],
    ['ends in \\', 'ends in /'],
    ['门 一号,=x', '门 一号,=x'],
    ['', undefined],
    [' \t ', undefined],
    [undefined, undefined],
    [7, undefined],
    ['\ud800x', '\ufffdx'],
    ['x'.repeat(300), 'x'.repeat(128)],
  ])('%j → %j', (value, expected) => {
    expect(cleanTag(value)).toBe(expected)
  })
})

describe('fields', () => {
  test.each([
    ['integer', 7, 7],
    ['integer', 1.9, undefined],
    ['integer', 2 ** 53, undefined],
    ['integer', '7', undefined],
    ['integer', Symbol.for('7'), undefined],
    ['float', 1.5, 1.5],
    ['float', Number.NaN, undefined],
    ['float', Number.POSITIVE_INFINITY, undefined],
    ['boolean', false, false],
    ['boolean', 0, undefined],
    ['string', 168409, '168409'],
    ['string', null, undefined],
    ['string', {}, undefined],
    ['string', "a\\'b", "a/'b"],
    ['string', '二'.repeat(30_000), '二'.repeat(21_845)],
  ] as const)('%s %j', (kind, value, expected) => {
    expect(cleanField(kind, value)).toBe(expected)
  })
})

test.each([
  ['unknown_measurement', { measurement: 'nonsense' }],
  ['unknown_measurement', { measurement: '__proto__' }],
  ['bad_time', { at: Number.NaN }],
  ['bad_time', { at: -5 }],
  ['bad_time', { at: 1.5 }],
  ['bad_time', { at: 9_223_372_036_855 }],
  ['no_fields', { fields: {} }],
  ['no_fields', { fields: { eid: undefined, nonsense: 1 } as never }],
])('%s: %j', (reason, part) => {
  expect(precheck({ ...doorEvent('a', NOON), fields: { eid: 'a' }, ...part }, SCHEMA)).toMatchObject({
    ok: false,
    reason,
  })
})

test('property: whatever comes, the client makes exactly one line of it, and no NaN, undefined or empty tag', () => {
  const anything = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined))
  const schema = SCHEMA.access_event
  if (!schema) throw new Error('no schema')
  const kinds = {
    integer: FieldType.INTEGER,
    float: FieldType.FLOAT,
    string: FieldType.STRING,
    boolean: FieldType.BOOLEAN,
  }
  const fieldKinds = Object.fromEntries(Object.entries(schema.fields).map(([name, kind]) => [name, kinds[kind]]))
  const client = new InfluxDB({
    database: 'x',
    schema: [{ measurement: 'access_event', tags: [...schema.tags], fields: fieldKinds }],
  })
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...schema.tags, 'nonsense'), anything), anything, (tags, value) => {
      const point = {
        ...doorEvent('a', NOON),
        tags: tags as never,
        fields: { eid: 'a', reader: value, verify_mode: value } as never,
      }
      const checked = precheck(point, SCHEMA)
      if (!checked.ok) throw new Error(checked.reason)
      const { fieldsPairs } = client.parsePoint({ ...checked.point, timestamp: '1' }) as unknown as {
        fieldsPairs: [string, string][]
      }
      for (const [name, text] of fieldsPairs) expect(name === 'reader' ? /^-?\d+i$/.test(text) : true).toBe(true)
      for (const text of Object.values(checked.point.tags)) expect(text).toMatch(/^[^\n\r\\]*[^\n\r\\\s][^\n\r\\]*$/)
    }),
  )
})
