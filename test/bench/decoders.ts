import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FrameDecoder } from '../../collectors/intake/syslog-decode.ts'
import { decoderOf, FIXTURES, lineDecoderOf } from '../collectors/terminals/decoders.ts'
import { type Benchmark, type Row, row } from './row.ts'
import { messageOf } from './syslog/messages.ts'

const MS = Number(process.env.BENCH_MS ?? 1500)
const NOW = Date.parse('2026-11-24T10:31:00+08:00')
/** A console of a whole office sends a few hundred a second; one core must have plenty left. */
const FLOOR = '>= 5000'

const samples = (fits: RegExp): Uint8Array[] =>
  readdirSync(FIXTURES)
    .filter((name) => fits.test(name))
    .map((name) => new Uint8Array(readFileSync(join(FIXTURES, name))))
    .filter(({ length }) => length < 4096)

/** Messages a second of one core's time (what others take of it does not count), over the samples of that format. */
function measure(decode: FrameDecoder, inputs: readonly Uint8Array[]): number {
  const spin = (ms: number): number => {
    const [from, idle] = [performance.now(), process.cpuUsage()]
    let count = 0
    while (performance.now() - from < ms)
      for (const input of inputs) count += decode(input, NOW).drafts.length >= 0 ? 1 : 0
    const { user, system } = process.cpuUsage(idle)
    return count / ((user + system) / 1e6)
  }
  spin(MS / 3)
  return spin(MS)
}

async function run(): Promise<Row[]> {
  const live = Array.from({ length: 300 }, (_, n) => new TextEncoder().encode(messageOf(n)))
  const formats: [name: string, decode: FrameDecoder, inputs: Uint8Array[]][] = [
    ['tianqing-v10 (live mix)', await decoderOf('tianqing-v10'), live],
    ['tianqing-v10', await decoderOf('tianqing-v10'), samples(/^g2-(?!.*v6)/)],
    ['tianqing-v6 (key=value, GBK)', await decoderOf('tianqing-v6'), samples(/^g2-.*v6/)],
    ['cef and leef', await decoderOf('cef'), samples(/^g3-(?!.*kwts)/)],
    ['kaspersky-kwts', await decoderOf('kaspersky-kwts'), samples(/kwts/)],
    ['wazuh', await lineDecoderOf('wazuh'), samples(/^g4-wazuh-(?!by)/)],
    ['windows-defender', await lineDecoderOf('windows-defender'), samples(/^g4-defender-(?!nxlog)/)],
    ['clamav', await lineDecoderOf('clamav'), samples(/^g4-(clam|fresh)/)],
  ]
  return formats.map(([name, decode, inputs]) =>
    row({ case: name, unit: 'msg/s', product: measure(decode, inputs), baseline: null, target: FLOOR }),
  )
}

export const benchmark: Benchmark = { name: 'decoders', run }
