import type { CheckInSent, CheckInVerdict } from '../../contract/http/patrol.ts'

/** One check-in on this phone, from the scan until the server has judged it. */
export interface Kept {
  sent: CheckInSent
  verdict: CheckInVerdict | null
}

type Place = Pick<Storage, 'getItem' | 'setItem'>
const KEY = 'sanling.checkins'
const REMEMBERED = 60

/**
 * What was scanned, on the phone before anything is sent: a dead network loses nothing, the server's answer only adds
 * to it. The newest comes first; what still waits is never dropped.
 */
export function readQueue(place: Place): Kept[] {
  try {
    const value: unknown = JSON.parse(place.getItem(KEY) ?? '[]')
    return Array.isArray(value) ? (value as Kept[]).filter((one) => typeof one?.sent?.id === 'string') : []
  } catch {
    return []
  }
}

export function keep(place: Place, sent: CheckInSent): Kept[] {
  const queue = readQueue(place)
  const isKnown = queue.some(
    (one) => one.sent.point === sent.point && one.sent.code === sent.code && one.sent.step === sent.step,
  )
  // A page that is loaded again has the same code in its address.
  if (isKnown && sent.via === 'rotating') return queue
  return save(place, [{ sent, verdict: null }, ...queue])
}

export function settle(place: Place, verdicts: readonly CheckInVerdict[]): Kept[] {
  const by = new Map(verdicts.map((verdict) => [verdict.id, verdict]))
  return save(
    place,
    readQueue(place).map((one) => ({ ...one, verdict: by.get(one.sent.id) ?? one.verdict })),
  )
}

export const waiting = (queue: readonly Kept[]): CheckInSent[] =>
  queue.filter(({ verdict }) => verdict === null).map(({ sent }) => sent)

function save(place: Place, queue: readonly Kept[]): Kept[] {
  const judged = queue.filter(({ verdict }) => verdict !== null).slice(0, REMEMBERED)
  const kept = queue.filter((one) => one.verdict === null || judged.includes(one))
  place.setItem(KEY, JSON.stringify(kept))
  return kept
}
