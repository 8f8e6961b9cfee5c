import { createHash } from 'node:crypto'
import type { Draft } from '../source.ts'
import type { CaseChange } from './diff.ts'

/** One difference as an event. `mark` tells this occasion (file hash, time of change) from the same change another time. */
export function caseDraft(
  { type, facts, from, to }: CaseChange,
  by: { device: string; mark: string; observedMs: number; observedAt: string; late: boolean },
): Draft {
  const changed = createHash('sha256')
    .update(JSON.stringify([facts, from, to]))
    .digest('hex')
    .slice(0, 16)
  return {
    type,
    object: `case:${facts.caseNo}`.slice(0, 128),
    device: by.device,
    nativeKey: `${facts.caseNo}|${type}|${changed}|${by.mark}`,
    observedMs: by.observedMs,
    observedAt: by.observedAt,
    ...(by.late || type === 'case.snapshot' ? { backfill: true } : {}),
    data: { ...facts, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
  }
}
