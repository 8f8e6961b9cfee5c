import { execFile } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Reader } from '../feature.ts'
import { CHAINS, chainHead, readChain } from '../records/chain.ts'

/** What is known of things outside this process: heads of chains in their own folder, the machine's clock. */
const TAIL_BYTES = 4096
const ASK_MS = 2000

export interface AnchorFacts {
  /** Newest moment of a head that was kept, as its line has it; null = none yet. */
  newest: string | null
  /** Chains whose entries are not all kept outside: since when the first such entry waits, epoch ms. */
  waiting: { chain: string; since: number }[]
}

export async function anchorFacts(read: Reader, folder: string): Promise<AnchorFacts> {
  const facts: AnchorFacts = { newest: null, waiting: [] }
  for (const chain of CHAINS) {
    const { seq } = await chainHead(read, chain)
    const kept = lastKept(join(folder, `${chain}.ndjson`))
    if (kept && (facts.newest === null || kept.at > facts.newest)) facts.newest = kept.at
    if ((kept?.seq ?? 0) >= seq) continue
    const [first] = await readChain(read, chain, (kept?.seq ?? 0) + 1, 1)
    if (first) facts.waiting.push({ chain, since: Date.parse(first.at) })
  }
  return facts
}

/** The last line; undefined when there is none that can be read. */
function lastKept(file: string): { seq: number; at: string } | undefined {
  try {
    const handle = openSync(file, 'r')
    try {
      const { size } = fstatSync(handle)
      const bytes = Buffer.alloc(Math.min(TAIL_BYTES, size))
      readSync(handle, bytes, 0, bytes.length, size - bytes.length)
      const { seq, at } = JSON.parse(bytes.toString('utf8').trimEnd().split('\n').at(-1) ?? '') as Record<
        string,
        unknown
      >
      return typeof seq === 'number' && typeof at === 'string' ? { seq, at } : undefined
    } finally {
      closeSync(handle)
    }
  } catch {
    return undefined
  }
}

/** chronyc(1), `-c tracking`: the fifth value is “System time”, seconds from NTP time. Null where there is no chrony. */
export const offsetOf = (told: string): number | null => {
  const fields = told.trim().split(',')
  const value = Number(fields[4])
  return fields.length >= 14 && Number.isFinite(value) && fields[4] !== '' ? Math.abs(value) : null
}

export async function clockOffset(): Promise<number | null> {
  try {
    return offsetOf((await promisify(execFile)('chronyc', ['-c', 'tracking'], { timeout: ASK_MS })).stdout)
  } catch {
    return null
  }
}
