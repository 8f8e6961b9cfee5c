import type { CheckInSent, CheckInVerdict } from '../../../contract/http/patrol.ts'
import { CODE_STEP_S } from '../../../contract/patrol-code.ts'

/** Pure: what one check-in by phone is worth (protocols.md 3.2). */

type Reason = CheckInVerdict['reason']
type Because = CheckInVerdict['because'][number]

/** A display's code is good while it is shown and a little after: scanning takes a moment, clocks differ. */
export const CODE_GOOD_MS = 60_000
export const UPLOAD_MS = 24 * 3_600_000
const FUTURE_MS = 5 * 60_000
/** Uploaded within this long it counts as done on the spot. */
const PROMPT_MS = 2 * 60_000
const DEFAULT_RADIUS_M = 80

export interface CheckInFacts {
  now: number
  /** The point is in site.yaml. */
  known: boolean
  /** The code is what the point's key gives for that step (or its chip, for a tag). */
  fits: boolean
  /** The same person has used this code of this point before. */
  used: boolean
  /** This upload was taken before. */
  again: boolean
  /** Where the point is, when the office knows. */
  at?: { lat: number; lon: number; radiusM?: number }
}

export type Judgement = Omit<CheckInVerdict, 'id'>

export function judge(sent: CheckInSent, facts: CheckInFacts): Judgement {
  const refusal = refuse(sent, facts)
  const late = facts.now - sent.clientAt > PROMPT_MS
  if (refusal) return { accepted: refusal === 'again', reason: refusal, proof: null, because: [], late }
  const because: Because[] = []
  const inside = isInside(sent, facts)
  if (late) because.push('late')
  if (inside === false) because.push('outside')
  if (sent.via === 'static') because.push(inside === undefined ? 'no-place' : 'static-code')
  const proof = because.includes('no-place') ? 'none' : because.length > 0 ? 'weak' : 'strong'
  return { accepted: true, reason: 'taken', proof, because, late }
}

function refuse(sent: CheckInSent, facts: CheckInFacts): Reason | undefined {
  if (facts.again) return 'again'
  if (!facts.known) return 'unknown-point'
  if (sent.clientAt > facts.now + FUTURE_MS) return 'future-time'
  if (facts.now - sent.clientAt > UPLOAD_MS) return 'too-old'
  if (!facts.fits) return 'bad-code'
  if (sent.via !== 'rotating') return undefined
  const from = (sent.step ?? 0) * CODE_STEP_S * 1000
  if (sent.clientAt < from - CODE_GOOD_MS || sent.clientAt > from + CODE_STEP_S * 1000 + CODE_GOOD_MS)
    return 'code-expired'
  return facts.used ? 'replayed' : undefined
}

/** Undefined: nobody knows. The phone's own uncertainty is granted, up to the radius once more. */
function isInside({ place }: CheckInSent, { at }: CheckInFacts): boolean | undefined {
  if (!place || !at) return undefined
  const radius = at.radiusM ?? DEFAULT_RADIUS_M
  return metres(place, at) <= radius + Math.min(place.accuracyM, radius)
}

const EARTH_M = 6_371_000
function metres(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180
  const [dLat, dLon] = [rad(b.lat - a.lat), rad(b.lon - a.lon)]
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)))
}
