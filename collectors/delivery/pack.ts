import { MAX_BATCH, MAX_PAYLOAD_BYTES } from '../../contract/envelope.ts'
import { completed } from './envelope.ts'
import type { SpoolRow } from './spool.ts'

export interface Packed {
  /** Rows that are in it, from the front of those given. */
  rows: SpoolRow[]
  /** Last level of the topic: the type, or `mixed`. */
  name: string
  payload: string
}

const FRAME = '{"v":1,"batch":[]}'.length

/** The largest message that the front of these rows fits in; a single event travels bare. Needs at least one row. */
export function pack(rows: readonly SpoolRow[], publishedAt: string): Packed {
  const texts: string[] = []
  let bytes = FRAME
  for (const { body, seq } of rows.slice(0, MAX_BATCH)) {
    const text = completed(body, seq, publishedAt)
    bytes += Buffer.byteLength(text) + 1
    if (texts.length > 0 && bytes > MAX_PAYLOAD_BYTES) break
    texts.push(text)
  }
  const packed = rows.slice(0, texts.length)
  const types = new Set(packed.map(({ type }) => type))
  const [only] = types
  return {
    rows: packed,
    name: types.size === 1 && only ? only : 'mixed',
    payload: texts.length === 1 && texts[0] ? texts[0] : `{"v":1,"batch":[${texts.join(',')}]}`,
  }
}
