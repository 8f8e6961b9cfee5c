import type { NumberRule } from '../../../config/redaction.ts'
import { hasBirth15, hasBirth18, isLuhn, isValidId } from './checks.ts'

/** Numbers by their digits, however they are grouped: `1401 0119 9001`, `138-0013-8000`, digits apart by an OCR. */
export interface NumberHit {
  kind: string
  start: number
  end: number
  /** True when a check digit agrees. */
  sure: boolean
}
interface Group {
  start: number
  end: number
  digits: string
}
export type CompiledNumber = NumberRule & { regex: RegExp }

/** What may stand between two groups of one number; a tab parts two cells of a table. */
const GAP = /^(?:[^\S\t]|[\u00ad\u200b-\u200f\u2060\u3000\ufeff\-－–—‐‑·]){1,6}$/
const MOST_DIGITS = 22

const CHECKS: Record<NumberRule['check'], (digits: string) => boolean> = {
  gb11643: isValidId,
  luhn: isLuhn,
  none: () => false,
}
const AGREES: Record<NumberRule['apart'], (digits: string, rule: NumberRule) => boolean> = {
  any: () => true,
  check: (digits, rule) => CHECKS[rule.check](digits),
  date18: (digits, rule) => CHECKS[rule.check](digits) || hasBirth18(digits),
  date15: hasBirth15,
  never: () => false,
}

/** @param text folded, one character for one character of the original */
export function findNumbers(text: string, rules: readonly CompiledNumber[]): NumberHit[] {
  const hits: NumberHit[] = []
  for (const run of runsOf(text)) hits.push(...readRun(run, rules))
  return hits
}

function* runsOf(text: string): Generator<Group[]> {
  let run: Group[] = []
  for (const found of text.matchAll(/\d+(?:[Xx×](?![0-9A-Za-z]))?/g)) {
    const start = found.index
    const group = { start, end: start + found[0].length, digits: found[0].replace(/[x×]/, 'X') }
    const last = run.at(-1)
    const gap = last === undefined ? '' : text.slice(last.end, Math.min(start, last.end + 8))
    // A lone X after a gap (`…123 X`) belongs to the number before it.
    if (last && start - last.end <= 6 && GAP.test(gap)) run.push(group)
    else {
      if (run.length > 0) yield withLoneX(text, run)
      run = [group]
    }
  }
  if (run.length > 0) yield withLoneX(text, run)
}

function withLoneX(text: string, run: Group[]): Group[] {
  const last = run.at(-1)
  const lone = last && /^[\s\u200b\u3000-]{1,4}[Xx×](?![0-9A-Za-z])/.exec(text.slice(last.end, last.end + 6))
  if (!last || !lone) return run
  const end = last.end + lone[0].length
  return [...run, { start: end - 1, end, digits: 'X' }]
}

/**
 * What a hit leaves on either side is read as a run of its own: so it would be once the hit is masked. Before the hit
 * that can only be all of what is left there, since its parts have been asked already.
 */
function readRun(run: readonly Group[], rules: readonly CompiledNumber[]): NumberHit[] {
  const hits: NumberHit[] = []
  let first = 0
  for (let from = 0; from < run.length; ) {
    const hit = readAt(run, first, from, rules)
    if (!hit) {
      from++
      continue
    }
    const left = from - first <= MOST_DIGITS ? readAt(run.slice(first, from), 0, 0, rules) : undefined
    if (left) hits.push(left.found)
    hits.push(hit.found)
    from = hit.next
    first = from
  }
  return hits
}

interface Candidate {
  found: NumberHit
  next: number
  /** All that stands together counts most, then an agreeing check digit, then the order of the rules. */
  weight: number
}

/** The best reading of the digits from one group on: one group by its bare shape, several when they agree. */
function readAt(
  run: readonly Group[],
  first: number,
  from: number,
  rules: readonly CompiledNumber[],
): Candidate | undefined {
  const start = run[from]?.start ?? 0
  let best: Candidate | undefined
  for (let to = from, digits = ''; to < run.length; to++) {
    const group = run[to]
    digits += group?.digits ?? ''
    if (!group || (to > from && digits.length > MOST_DIGITS)) break
    const whole = from === first && to === run.length - 1
    for (const [order, rule] of rules.entries()) {
      if (!rule.regex.test(digits)) continue
      if (to > from && !AGREES[rule.apart](digits, rule) && !(whole && rule.apart !== 'never')) continue
      const sure = CHECKS[rule.check](digits)
      const dated = rule.apart === 'date18' && hasBirth18(digits)
      const weight = (whole ? 1000 : 0) + (dated ? 150 : sure ? 100 : 0) - order
      if (best && best.weight > weight) continue
      best = { found: { kind: rule.kind, start, end: group.end, sure }, next: to + 1, weight }
    }
  }
  return best
}
