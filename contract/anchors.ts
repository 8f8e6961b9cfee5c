import { z } from 'zod'
import type { ChainEntry, ChainFailure } from './chain.ts'

/** One line of an anchor file: the head of a chain as it was, kept where the chain's keeper cannot rewrite it. */
export const Anchor = z.object({
  chain: z.string(),
  seq: z.int().min(1),
  at: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Anchor = z.infer<typeof Anchor>

/** Reads anchor lines; a half-written last line (power cut) is left out, any other bad line is named. */
export function parseAnchors(text: string): { anchors: Anchor[]; failures: ChainFailure[] } {
  const anchors: Anchor[] = []
  const failures: ChainFailure[] = []
  const lines = text.split('\n')
  lines.forEach((line, at) => {
    if (line.trim() === '') return
    const anchor = readAnchor(line)
    if (anchor) anchors.push(anchor)
    else if (at < lines.length - 1) failures.push({ seq: at + 1, what: `存证文件第 ${at + 1} 行无法读取` })
  })
  return { anchors, failures }
}

function readAnchor(line: string): Anchor | undefined {
  try {
    return Anchor.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

/**
 * Links alone cannot show that the last entries are gone, or that a tail was written anew with good hashes. Heads kept
 * outside can: each must still stand in the chain as it was.
 */
export function checkAnchors(entries: readonly ChainEntry[], anchors: readonly Anchor[]): ChainFailure[] {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry.hash]))
  const first = entries[0]?.seq ?? 1
  const last = entries.at(-1)?.seq ?? 0
  const failures: ChainFailure[] = []
  for (const { seq, hash, at } of anchors) {
    if (seq > last) failures.push({ seq, what: `链尾缺失：${at} 存证时已有第 ${seq} 条，现在只到第 ${last} 条` })
    else if (seq >= first && bySeq.get(seq) !== hash)
      failures.push({ seq, what: `与 ${at} 的外部存证不符：此条或其前的内容被改写` })
  }
  return failures
}
