/** Pure rules of the terminal board (domain.md F.1). Times are epoch ms. */

export interface TerminalRecord {
  host: string
  /** Newest sign of life of the protection client. */
  seenMs: number
  online: boolean
  /** Date of the virus definitions; null = never told. */
  signatureMs: number | null
  /** Since when a high-risk patch is missing; null = none missing. */
  patchSinceMs: number | null
  /** When the patch state was last told. */
  patchMs: number | null
}

export const freshTerminal = (host: string): TerminalRecord => ({
  host,
  seenMs: 0,
  online: false,
  signatureMs: null,
  patchSinceMs: null,
  patchMs: null,
})

export interface TerminalInput {
  type: string
  at: number
  data: Readonly<Record<string, unknown>>
}

const DAY = 86_400_000
/** Baseline checks that speak of patches. */
const PATCH_CHECK = /补丁|patch|漏洞/i

/** Applies one event of that host; older events never turn it back. */
export function applyTerminalEvent(record: TerminalRecord, { type, at, data }: TerminalInput): TerminalRecord {
  const next = { ...record }
  if (at >= record.seenMs) {
    next.seenMs = at
    next.online = !(type === 'terminal.offline' || String(data.state ?? '1') === '0')
  }
  if (typeof data.sig_age_days === 'number' && Number.isFinite(data.sig_age_days))
    next.signatureMs = at - data.sig_age_days * DAY
  const patch = patchState(type, data)
  if (patch !== undefined && at >= (record.patchMs ?? 0)) {
    next.patchMs = at
    next.patchSinceMs = patch ? (record.patchSinceMs ?? patchSince(at, data)) : null
  }
  return next
}

/** true = missing, false = complete, undefined = not said. */
function patchState(type: string, data: Readonly<Record<string, unknown>>): boolean | undefined {
  if (type === 'terminal.patch_missing') return Number(data.count ?? 1) > 0
  if (type !== 'terminal.baseline' || !PATCH_CHECK.test(String(data.name ?? ''))) return undefined
  return data.outcome === 'fail' ? true : data.outcome === 'pass' ? false : undefined
}
const patchSince = (at: number, data: Readonly<Record<string, unknown>>): number =>
  typeof data.age_days === 'number' ? at - data.age_days * DAY : at

/** Hosts that have been silent too long count as offline. */
export const isSilent = (record: TerminalRecord, now: number, offlineAfterS: number): boolean =>
  record.online && now - record.seenMs > offlineAfterS * 1000

const RESOLVED = new Set(['cleaned', 'quarantined', 'deleted', 'blocked', 'resolved', 'restored', 'ignored'])
/** Did the engine deal with the virus? Unknown results count as not. */
export const isVirusResolved = (data: Readonly<Record<string, unknown>>): boolean =>
  RESOLVED.has(String(data.action ?? data.outcome ?? '')) || RESOLVED.has(String(data.outcome ?? ''))

export interface Coverage {
  covered: number
  blind: { place: string; count: number }[]
}
/** Asset list against what has ever reported: unprotected terminals are named by place, in the order of the list. */
export function coverage(assets: readonly { host: string; place: string }[], reported: ReadonlySet<string>): Coverage {
  const places = new Map<string, number>()
  let covered = 0
  for (const { host, place } of assets) {
    if (reported.has(host)) covered++
    else places.set(place, (places.get(place) ?? 0) + 1)
  }
  return { covered, blind: [...places].map(([place, count]) => ({ place, count })) }
}
