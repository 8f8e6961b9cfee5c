import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundaryOf, type MultipartEvent, MultipartReader } from '../../../collectors/intake/multipart.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8')
const part = (body: string, type = 'application/json', length: number | null = Buffer.byteLength(body)): string =>
  `--MIME_boundary\r\nContent-Type: ${type}\r\n${length === null ? '' : `Content-Length: ${length}\r\n`}\r\n${body}\r\n`
const END = '--MIME_boundary--\r\n'

/** What comes out of a text in pieces of that size: bodies, or what went wrong. */
function read(
  text: string | Buffer,
  size: number,
  reader = new MultipartReader({ boundary: 'MIME_boundary' }),
): string[] {
  const all = typeof text === 'string' ? bytes(text) : text
  const events: MultipartEvent[] = []
  for (let at = 0; at < all.length; at += size) events.push(...reader.feed(all.subarray(at, at + size)))
  return [...events, ...reader.flush()].map(say)
}
const say = (event: MultipartEvent): string =>
  event.what === 'part' ? Buffer.from(event.part.body).toString('utf8').trim() : event.what

const THREE = part('{"a":1}') + part('{"中":"文"}') + part('<x>1</x>', 'application/xml')

describe('multipart reader', () => {
  it.each([1, 2, 3, 7, 64, 4096])('G6.1: boundaries split anywhere, pieces of %i', (size) => {
    expect(read(THREE + END, size)).toEqual(['{"a":1}', '{"中":"文"}', '<x>1</x>'])
  })

  it.each([1, 5, 4096])('G6.2: no boundary in the header: the first -- line tells, pieces of %i', (size) => {
    expect(read(`\r\n${THREE}${END}`, size, new MultipartReader())).toEqual(['{"a":1}', '{"中":"文"}', '<x>1</x>'])
  })

  it.each([
    ['too small', 3],
    ['too big', 4000],
    ['missing', null],
    ['nonsense', -7],
  ])('a Content-Length that is %s misleads nobody', (_, length) => {
    expect(read(part('{"a":{"b":1}}', 'application/json', length) + part('{"c":2}'), 5)).toEqual([
      '{"a":{"b":1}}',
      '{"c":2}',
    ])
  })

  it('gives a part out as soon as it is as long as it said, without waiting for the next boundary', () => {
    const reader = new MultipartReader({ boundary: 'MIME_boundary' })
    expect(reader.feed(bytes(part('{"a":1}'))).map(say)).toEqual(['{"a":1}'])
    expect(reader.feed(bytes(part('{"b":1}'))).map(say)).toEqual(['{"b":1}'])
  })

  it('gives out a whole part without Content-Length after a moment of silence, and no half one', () => {
    const reader = new MultipartReader({ boundary: 'MIME_boundary' })
    const text = part('{"a":{"b":1}}', 'application/json', null).trimEnd()
    expect(reader.feed(bytes(text.slice(0, -1))).map(say)).toEqual([])
    expect(reader.flush()).toEqual([])
    reader.feed(bytes(text.slice(-1)))
    expect(reader.flush().map(say)).toEqual(['{"a":{"b":1}}'])
    expect(reader.flush()).toEqual([])
  })

  it.each([64, 1024, 100_000])(
    'G6.11: a part over the limit is passed over, the next is read, pieces of %i',
    (size) => {
      const reader = new MultipartReader({ boundary: 'MIME_boundary', maxPartBytes: 5000 })
      expect(read(part(`"${'x'.repeat(20_000)}"`) + part('{"b":1}'), size, reader)).toEqual(['too_long', '{"b":1}'])
    },
  )

  it('keeps 2 MiB as the limit', () => {
    const big = `"${'x'.repeat(2 * 1024 * 1024)}"`
    expect(read(part(big) + part('{"b":1}'), 65_536)).toEqual(['too_long', '{"b":1}'])
    const fits = `"${'x'.repeat(2 * 1024 * 1024 - 100)}"`
    expect(read(part(fits) + part('{"b":1}'), 65_536)).toEqual([fits, '{"b":1}'])
  })

  it('calls an answer that is no multipart bad_header, once', () => {
    const reader = new MultipartReader()
    expect(read('<html>'.repeat(4000), 1000, reader)).toEqual(['bad_header'])
    expect(reader.feed(bytes(THREE))).toEqual([])
  })

  it('calls headers that never end bad_header', () => {
    expect(read(`--MIME_boundary\r\n${'X-Y: z\r\n'.repeat(5000)}`, 500)).toEqual(['bad_header'])
  })

  it('does not take a boundary in the middle of a line for one', () => {
    expect(read(part('{"name":"x--MIME_boundary\\r\\n"}') + END, 9)).toEqual(['{"name":"x--MIME_boundary\\r\\n"}'])
  })

  it('gives the same parts however the bytes are cut', () => {
    const value = fc.jsonValue({ maxDepth: 2 }).filter((one) => typeof one === 'object' && one !== null)
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (values, size) => {
        const bodies = values.map((one) => JSON.stringify(one))
        expect(read(bodies.map((body) => part(body)).join('') + END, size)).toEqual(bodies)
      }),
      { numRuns: 300 },
    )
  })

  it('never throws on anything, whole or cut off', () => {
    const whole = bytes(THREE + END)
    for (let end = 0; end <= whole.length; end++) read(whole.subarray(0, end), 16)
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(whole.length),
        fc.integer({ min: 1, max: 40 }),
        (noise, at, size) => {
          read(Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at)]), size)
          read(Buffer.concat([whole.subarray(0, at), noise]), size, new MultipartReader())
        },
      ),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['multipart/mixed; boundary=MIME_boundary', 'MIME_boundary'],
    ['multipart/mixed; boundary="a b"; charset=x', 'a b'],
    ['multipart/mixed', undefined],
    [undefined, undefined],
  ])('boundary of %j', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary)
  })
})
