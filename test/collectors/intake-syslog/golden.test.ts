import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Heard, hearDatagram, hearStream } from './hear.ts'

/** Golden table G1 of protocols.md, from byte fixtures; `g1.json` says what each must become. */
const FOLDER = join(import.meta.dirname, '../../fixtures/syslog')
interface Golden {
  case: number
  file: string
  transport: 'udp' | 'tcp'
  received: string
  messages: Record<string, unknown>[]
  refusals: string[]
  mode?: string
  closed?: boolean
  priOptional?: boolean
}
const GOLDEN: Golden[] = JSON.parse(readFileSync(join(FOLDER, 'g1.json'), 'utf8'))

describe.each(GOLDEN)('G1.$case $file', (golden) => {
  const bytes = readFileSync(join(FOLDER, golden.file))
  const receivedMs = Date.parse(golden.received)
  if (golden.transport === 'udp')
    test('as a datagram', () => check(golden, hearDatagram(bytes, receivedMs, golden.priOptional)))
  else
    test.each([1, 3, 7, 1000, 1_000_000])('in chunks of %i bytes', (chunk) =>
      check(golden, hearStream(bytes, receivedMs, chunk)),
    )
})

function check(golden: Golden, heard: Heard): void {
  expect(heard.refusals).toEqual(golden.refusals)
  expect(heard.messages).toHaveLength(golden.messages.length)
  golden.messages.forEach((expected, at) => {
    const message = heard.messages[at]
    for (const [key, value] of Object.entries(expected)) expect([key, plain(message, key)]).toEqual([key, value])
  })
  if (golden.mode) expect(heard.mode).toBe(golden.mode)
  expect(heard.closed).toBe(golden.closed ?? false)
}

function plain(message: Heard['messages'][number] | undefined, key: string): unknown {
  if (key === 'time') return message?.moment ? atShanghai(message.moment.ms) : null
  if (key === 'structured')
    return Object.fromEntries([...(message?.structured ?? [])].map(([id, params]) => [id, Object.fromEntries(params)]))
  return message?.[key as keyof typeof message] ?? null
}

const atShanghai = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('Asia/Shanghai').toString({ timeZoneName: 'never' })
