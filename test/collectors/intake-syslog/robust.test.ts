import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFramer } from '../../../collectors/intake/syslog-framing.ts'
import { parseHeader } from '../../../collectors/intake/syslog-header.ts'
import { hearDatagram, hearStream } from './hear.ts'

const FOLDER = join(import.meta.dirname, '../../fixtures/syslog')
const FIXTURES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.bin'))
  .map((name) => ({ name, bytes: readFileSync(join(FOLDER, name)) }))
  .filter(({ bytes }) => bytes.length < 10_000)
const NOW = Date.parse('2026-11-24T10:21:08+08:00')

describe('nothing throws', () => {
  test.each(FIXTURES)('$name cut at every offset', ({ bytes }) => {
    for (let end = 0; end <= bytes.length; end++) {
      const { messages, refusals } = hearDatagram(bytes.subarray(0, end), NOW)
      expect(messages.length + refusals.length).toBe(1)
      hearStream(bytes.subarray(0, end), NOW, 5)
    }
  })

  test('12,000 mutated fixtures: each datagram becomes one message or one refusal', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FIXTURES),
        fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        ({ bytes }, changes) => {
          const mutant = Buffer.from(bytes)
          for (const [at, value] of changes) mutant[at % mutant.length] = value
          const { messages, refusals } = hearDatagram(mutant, NOW)
          expect(messages.length + refusals.length).toBe(1)
          hearStream(mutant, NOW, 13)
        },
      ),
      { numRuns: 12_000 },
    )
  })

  test('12,000 random streams in random chunks; the framer holds no more than a frame', () => {
    const bytes = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0x0a, 0x3c, 0x20, 0x31, 0)), { maxLength: 120 })
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), (chunks) => {
        const framer = createFramer(64)
        for (const chunk of chunks)
          for (const frame of framer.push(Uint8Array.from(chunk)).frames) expect(frame.length).toBeLessThanOrEqual(64)
        framer.end()
      }),
      { numRuns: 12_000 },
    )
  })

  test('a megabyte of one line, of digits, of brackets', () => {
    for (const char of ['x', '1', '[', '<', '"', '\\', ' ', '\n']) {
      const bytes = Buffer.from(char.repeat(1_048_576))
      hearStream(bytes, NOW, 65_536)
      const text = `<13>1 - - - - - [x a="${char.repeat(60_000)}`
      parseHeader(text, { receivedMs: NOW, zone: 'Asia/Shanghai', priOptional: false })
    }
  })
})

describe('properties', () => {
  const message = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .map((text) => `<134>Nov 24 10:21:07 h a: ${text.replaceAll(/[\n\r\0]/g, ' ')}.`)

  test('octet counting: what is framed comes out, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        (texts, chunk) => {
          const frames = texts.map((text) => Buffer.from(text))
          const stream = Buffer.concat(frames.flatMap((frame) => [Buffer.from(`${frame.length} `), frame]))
          expect(framesOf(stream, chunk)).toEqual(texts)
        },
      ),
    )
  })

  test('lines: what is framed comes out, whatever the ends are', () => {
    const ended = fc.tuple(message, fc.constantFrom('\n', '\r\n', '\0'))
    fc.assert(
      fc.property(fc.array(ended, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (lines, chunk) => {
        const stream = Buffer.from(lines.map(([text, end]) => text + end).join(''))
        expect(framesOf(stream, chunk)).toEqual(lines.map(([text]) => text))
      }),
    )
  })

  test('structured data: any value survives writing and reading', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[A-Za-z0-9@.]{1,32}$/), fc.string({ unit: 'grapheme' })),
        (params) => {
          const written = (value: string) => value.replaceAll(/["\\\]]/g, '\\$&')
          const pairs = Object.entries(params).map(([key, value]) => ` ${key}="${written(value)}"`)
          const text = `<13>1 - h a - - [x@1${pairs.join('')}] m`
          const read = parseHeader(text, { receivedMs: NOW, zone: 'Asia/Shanghai', priOptional: false })
          expect(typeof read === 'string' ? read : new Map(read.structured.get('x@1'))).toEqual(
            new Map(Object.entries(params)),
          )
        },
      ),
    )
  })

  test('a stamp without year is the nearest to receipt, whenever that is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_577_836_800, max: 2_208_988_800 }),
        fc.integer({ min: 0, max: 300 * 86_400 }),
        (s, age) => {
          const at = Temporal.Instant.fromEpochMilliseconds((s - age) * 1000).toZonedDateTimeISO('Asia/Shanghai')
          // Half a year back the nearest year is ambiguous by nature.
          if (age > 180 * 86_400) return
          const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][
            at.month - 1
          ]
          const two = (n: number) => String(n).padStart(2, '0')
          const stamp = `${month} ${String(at.day).padStart(2)} ${two(at.hour)}:${two(at.minute)}:${two(at.second)}`
          const read = parseHeader(`<13>${stamp} h a: m`, {
            receivedMs: s * 1000,
            zone: 'Asia/Shanghai',
            priOptional: false,
          })
          expect(typeof read === 'string' ? read : read.moment?.ms).toBe((s - age) * 1000)
        },
      ),
    )
  })
})

function framesOf(stream: Buffer, chunk: number): string[] {
  const framer = createFramer()
  const frames: Uint8Array[] = []
  for (let from = 0; from < stream.length; from += chunk)
    frames.push(...framer.push(stream.subarray(from, from + chunk)).frames)
  frames.push(...framer.end().frames)
  return frames.map((frame) => Buffer.from(frame).toString('utf8'))
}
