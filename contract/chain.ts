import { z } from 'zod'
import { sha256Hex, utf8 } from './bytes.ts'
import { canonicalJson } from './jcs.ts'

/** An entry of a hash-linked, append-only chain (draw.md, Chain). `seq` starts at 1 without gaps. */
export const ChainEntry = z.object({
  seq: z.int().min(1),
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  type: z.string().min(1).max(64),
  prev: z.string().regex(/^[0-9a-f]{64}$/),
  body: z.record(z.string(), z.unknown()),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type ChainEntry = z.infer<typeof ChainEntry>
export type Unhashed = Omit<ChainEntry, 'hash'>

export const GENESIS = '0'.repeat(64)

/** hash = SHA-256(JCS(entry without hash)), lower-case hex. */
export const entryHash = ({ seq, at, type, prev, body }: Unhashed): Promise<string> =>
  sha256Hex(utf8(canonicalJson({ seq, at, type, prev, body })))

export interface ChainFailure {
  /** The entry's own seq where it has one, else its line counted from 1. */
  seq: number
  what: string
}

/** Follows the links from `prev` on; entries that do not fit are named and the walk goes on from what stands there. */
export async function checkLinks(
  entries: readonly ChainEntry[],
  start: { seq: number; hash: string } = { seq: 0, hash: GENESIS },
): Promise<ChainFailure[]> {
  const failures: ChainFailure[] = []
  const hashes = await inChunks(entries, safeHash)
  let { seq, hash } = start
  for (const [at, entry] of entries.entries()) {
    if (entry.seq !== seq + 1) failures.push({ seq: entry.seq, what: `序号应为 ${seq + 1}，实为 ${entry.seq}` })
    if (entry.prev !== hash) failures.push({ seq: entry.seq, what: '前一条的哈希对不上：链被截断、插入或改写' })
    if (hashes[at] !== entry.hash) failures.push({ seq: entry.seq, what: '本条内容与其哈希不符：内容被改动' })
    seq = entry.seq
    hash = entry.hash
  }
  return failures
}

/** WebCrypto works beside us: many questions at once, bounded, answers in order. */
export async function inChunks<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
  size = 500,
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let from = 0; from < items.length; from += size)
    answers.push(...(await Promise.all(items.slice(from, from + size).map(ask))))
  return answers
}

const safeHash = (entry: ChainEntry): Promise<string> =>
  Promise.resolve()
    .then(() => entryHash(entry))
    .catch(() => '')

/** Reads NDJSON; a line that is no entry is named with its number. Blank lines at the end are allowed. */
export function parseChain(text: string): { entries: ChainEntry[]; failures: ChainFailure[] } {
  const entries: ChainEntry[] = []
  const failures: ChainFailure[] = []
  const lines = text.split('\n')
  lines.forEach((line, at) => {
    if (line.trim() === '') {
      if (at < lines.length - 1) failures.push({ seq: at + 1, what: `第 ${at + 1} 行为空` })
      return
    }
    const parsed = ChainEntry.strict().safeParse(parseJson(line))
    if (parsed.success) entries.push(parsed.data)
    else failures.push({ seq: at + 1, what: `第 ${at + 1} 行不是链条目：${parsed.error.issues[0]?.message ?? ''}` })
  })
  return { entries, failures }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
