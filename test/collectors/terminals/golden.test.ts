import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventId } from '../../../collectors/delivery/event-id.ts'
import type { Draft } from '../../../collectors/source.ts'
import { decoderOf, FIXTURES, lineDecoderOf } from './decoders.ts'

/** Golden tables G2, G3 and G4 of protocols.md (G2.16: the topics of section 1.1; G2.17: V6; G4.15: Defender), from byte fixtures, one message a line. */
interface Golden {
  table: string
  case: number
  file: string
  profile: string
  received: string
  drafts: Record<string, unknown>[]
  refusals: string[]
  dropped: number
  /** Number of different events in the end. */
  distinct?: number
  repeat?: number
  /** `line`: of a file or a web hook, without a syslog header. */
  via?: 'line'
  host?: string
}
const GOLDEN: Golden[] = JSON.parse(readFileSync(join(FIXTURES, 'golden.json'), 'utf8'))

describe('golden', () => {
  test.each(GOLDEN)('$table.$case $file', async (golden) => {
    const decode = await decoderFor(golden)
    const messages = splitLines(readFileSync(join(FIXTURES, golden.file)))
    const heard = Array.from({ length: golden.repeat ?? 1 }, () => messages)
      .flat()
      .map((message) => decode(message, Date.parse(golden.received)))
    const drafts = heard.flatMap((one) => one.drafts)
    expect(heard.flatMap(({ refusals }) => refusals.map(({ reason }) => reason))).toEqual(golden.refusals)
    expect(heard.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(golden.dropped)
    expect(drafts).toHaveLength(golden.drafts.length)
    golden.drafts.forEach((expected, at) => {
      for (const [path, value] of Object.entries(expected))
        expect([path, read(drafts[at], path)]).toEqual([path, value])
    })
    if (golden.distinct !== undefined) expect(new Set(drafts.map(idOf)).size).toBe(golden.distinct)
  })

  test('a refusal keeps the hash of the bytes as they came', async () => {
    const bytes = readFileSync(join(FIXTURES, 'g2-10-cut-1024.bin'))
    const [refusal] = (await decoderOf('tianqing-v10'))(bytes, 0).refusals
    expect(refusal?.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(refusal?.detail).not.toContain('zhangsan')
  })

  test('no account leaves in clear', async () => {
    for (const golden of GOLDEN.filter(({ dropped }) => dropped === 0)) {
      const { file, received } = golden
      const decode = await decoderFor(golden)
      for (const message of splitLines(readFileSync(join(FIXTURES, file)))) {
        const { drafts, refusals } = decode(message, Date.parse(received))
        const said = JSON.stringify([drafts, refusals.map(({ detail }) => detail)]).replaceAll(
          /h:(zhangsan|lisi|1001)/g,
          '',
        )
        expect(said).not.toMatch(/zhangsan|lisi|安全管理员/)
      }
    }
  })

  test('G2.14 no prototype was touched', () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(({} as Record<string, unknown>).name).toBeUndefined()
  })
})

const decoderFor = ({ profile, via, host }: Golden) =>
  via === 'line' ? lineDecoderOf(profile, host) : decoderOf(profile)

const idOf = ({ observedMs, type, device = '', nativeKey }: Draft): string =>
  eventId(observedMs, type, device, nativeKey)

function read(draft: Draft | undefined, path: string): unknown {
  const [first = '', second] = path.split('.')
  const value = draft?.[first as keyof Draft]
  return (second === undefined ? value : (value as Record<string, unknown> | undefined)?.[second]) ?? null
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let from = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
    lines.push(bytes.subarray(from, at))
    from = at + 1
  }
  return [...lines, bytes.subarray(from)]
}
