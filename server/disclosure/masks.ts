import type { Masked, Replacement } from '../../contract/http/disclosure.ts'
import { NEVER_SHOWN } from './leftovers.ts'

/** Masks that people put on or took off; offsets in the text of the original. */
export interface Manual {
  add: { start: number; end: number; reason: string }[]
  remove: { start: number; end: number; kind: string; reason: string }[]
}
export const NO_MASKS: Manual = { add: [], remove: [] }

export interface Effective {
  shown: Masked[]
  removed: Masked[]
}
type Piece = { start: number; end: number }
const meets = (a: Piece, b: Piece): boolean => a.start < b.end && b.start < a.end

/** Which masks hold: the machine's, less those taken off, more those put on. What must never show cannot be taken off. */
export function effective(found: readonly Replacement[], manual: Manual, mask: string): Effective {
  const takenOff = (one: Replacement) =>
    NEVER_SHOWN.has(one.kind)
      ? undefined
      : manual.remove.find((each) => each.start === one.start && each.end === one.end)
  const kept: Masked[] = []
  const removed: Masked[] = []
  for (const one of found) {
    const off = takenOff(one)
    if (off) removed.push({ ...one, manual: true, reason: off.reason })
    else kept.push({ ...one, manual: false, reason: null })
  }
  for (const { start, end, reason } of manual.add) {
    const touched = kept.filter((one) => meets(one, { start, end }))
    const whole = {
      start: Math.min(start, ...touched.map((one) => one.start)),
      end: Math.max(end, ...touched.map((one) => one.end)),
    }
    for (const one of touched) kept.splice(kept.indexOf(one), 1)
    kept.push({ kind: 'manual', ...whole, replacement: mask, manual: true, reason })
  }
  kept.sort((a, b) => a.start - b.start)
  return { shown: kept, removed }
}

export type MaskVerdict = { ok: true; manual: Manual } | { ok: false; why: string }

/** What a change makes of the manual masks. `found` is what the machine masks. */
export function changed(
  manual: Manual,
  found: readonly Replacement[],
  length: number,
  change: { add: readonly Piece[]; remove: readonly Piece[]; reason: string },
): MaskVerdict {
  const next: Manual = { add: [...manual.add], remove: [...manual.remove] }
  for (const { start, end } of change.remove) {
    const own = next.add.findIndex((one) => one.start === start && one.end === end)
    if (own >= 0) {
      next.add.splice(own, 1)
      continue
    }
    const target = found.find((one) => one.start === start && one.end === end)
    if (!target) return { ok: false, why: '没有这一处屏蔽，请刷新后重试' }
    if (NEVER_SHOWN.has(target.kind)) return { ok: false, why: '当事人姓名与证件、电话、账号的屏蔽不能取消' }
    next.remove.push({ start, end, kind: target.kind, reason: change.reason })
  }
  for (const { start, end } of change.add) {
    if (start >= end || end > length) return { ok: false, why: '要屏蔽的位置不在原文之内' }
    next.remove = next.remove.filter((one) => !meets(one, { start, end }))
    next.add.push({ start, end, reason: change.reason })
  }
  return { ok: true, manual: next }
}
