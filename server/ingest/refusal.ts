import { hash } from 'node:crypto'
import type { QuarantineReason } from '../../contract/quarantine.ts'

/** As much of a refused message as is kept; 4 KiB hold nearly every single event whole. */
export const EXCERPT_BYTES = 4096

/** A message, or one event of a batch, that was set aside. `at`: epoch ms of its arrival. */
export interface Refused {
  /** Id of the event where one could be read. */
  id: string | null
  collector: string
  reason: QuarantineReason
  /** Its number where one could be read: a refused event did arrive and leaves no gap. */
  seq: number | null
  excerpt: string
  /** The excerpt is not the whole. */
  truncated: boolean
  at: number
}

/** Cuts at a character's border; a NUL would be refused by PostgreSQL's text. */
export function excerptOf(text: string): { excerpt: string; truncated: boolean } {
  const clean = text.includes('\0') ? text.replaceAll('\0', '␀') : text
  if (clean.length * 3 <= EXCERPT_BYTES || Buffer.byteLength(clean) <= EXCERPT_BYTES)
    return { excerpt: clean, truncated: false }
  const cut = Buffer.from(clean).subarray(0, EXCERPT_BYTES).toString('utf8')
  return { excerpt: cut.endsWith('\ufffd') ? cut.replace(/\ufffd+$/, '') : cut, truncated: true }
}

/** Same message, same reason, same row: a redelivery or a storm of one message counts up instead of adding rows. */
export const refusalKey = (refused: Pick<Refused, 'collector' | 'reason' | 'excerpt'>): string =>
  hash('sha256', `${refused.collector}\n${refused.reason}\n${refused.excerpt}`).slice(0, 24)
