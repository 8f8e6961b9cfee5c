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
  /** As last reported; null = never told. */
  ip: string | null
  mac: string | null
  /** What was last told of the protection engine; null = never told apart from the terminal itself. */
  engineUp: boolean | null
}

export const freshTerminal = (host: string): TerminalRecord => ({
  host,
  seenMs: 0,
  online: false,
  signatureMs: null,
  patchSinceMs: null,
  patchMs: null,
  ip: null,
  mac: null,
  engineUp: null,
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
  const newest = at >= record.seenMs
  const engine = engineState(type, data)
  if (newest && engine !== undefined) next.engineUp = engine
  // That its engine does not answer, or that a list names it, is no sign of life of the terminal.
  if (newest && engine !== false && data.listed !== true) {
    next.seenMs = at
    next.online = !(type === 'terminal.offline' || String(data.state ?? '1') === '0')
  }
  if (newest) {
    next.ip = text(data.ip, 64) ?? record.ip
    next.mac = text(data.mac, 32) ?? record.mac
  }
  if (type === 'terminal.signature' && CURRENT.has(String(data.outcome))) next.signatureMs = at
  if (typeof data.sig_age_days === 'number' && Number.isFinite(data.sig_age_days))
    next.signatureMs = at - data.sig_age_days * DAY
  const patch = patchState(type, data)
  if (patch !== undefined && at >= (record.patchMs ?? 0)) {
    next.patchMs = at
    next.patchSinceMs = patch ? (record.patchSinceMs ?? patchSince(at, data)) : null
  }
  return next
}

/** An update that succeeded, or found nothing newer. */
const CURRENT = new Set(['updated', 'up_to_date'])

const engineState = (type: string, { up }: Readonly<Record<string, unknown>>): boolean | undefined =>
  type === 'terminal.engine' && up !== undefined ? String(up) === 'true' : undefined

const text = (value: unknown, max: number): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, max) : undefined

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

export interface Asset {
  host: string
  place: string
  mac?: string
}

/** Why a terminal of the asset list counts as unprotected. */
export type GapReason = 'never_reported' | 'silent_too_long' | 'engine_down'
export const GAP_WORDS: Readonly<Record<GapReason, string>> = {
  never_reported: '从未上报',
  silent_too_long: '长期未上报',
  engine_down: '防护引擎停止',
}

export interface Coverage {
  covered: number
  unprotected: { host: string; place: string; why: GapReason; seenMs: number | null }[]
  /** Terminals without protection by place, in the order of the list. */
  blind: { place: string; count: number }[]
  /** Reported, and not on the asset list; newest first. */
  unknown: TerminalRecord[]
}

/**
 * The asset list against what reports: who is on the list and unprotected, who reports and is not on the list. A
 * terminal is known by its name, whatever the case, or, renamed, by its network card.
 * @param lostAfterMs silence after which a terminal no longer counts as protected, or as there
 */
export function coverage(
  assets: readonly Asset[],
  records: Iterable<TerminalRecord>,
  now: number,
  lostAfterMs: number,
): Coverage {
  const index = indexAssets(assets)
  const reports = new Map<string, TerminalRecord>()
  const unknown: TerminalRecord[] = []
  for (const record of records) {
    const asset = index.find(record)
    const before = asset && reports.get(asset.host)
    if (asset && (!before || before.seenMs < record.seenMs)) reports.set(asset.host, record)
    if (!asset && now - record.seenMs <= lostAfterMs) unknown.push(record)
  }
  const unprotected = assets.flatMap(({ host, place }) => {
    const record = reports.get(host)
    const why = gapOf(record, now, lostAfterMs)
    return why ? [{ host, place, why, seenMs: record?.seenMs ?? null }] : []
  })
  const places = Map.groupBy(unprotected, ({ place }) => place)
  return {
    covered: assets.length - unprotected.length,
    unprotected,
    blind: [...places].map(([place, list]) => ({ place, count: list.length })),
    unknown: unknown.sort((a, b) => b.seenMs - a.seenMs),
  }
}

function gapOf(record: TerminalRecord | undefined, now: number, lostAfterMs: number): GapReason | undefined {
  if (!record || record.seenMs === 0) return 'never_reported'
  if (record.engineUp === false) return 'engine_down'
  return now - record.seenMs > lostAfterMs ? 'silent_too_long' : undefined
}

export interface AssetIndex {
  find(record: Pick<TerminalRecord, 'host' | 'mac'>): Asset | undefined
}

export function indexAssets(assets: readonly Asset[]): AssetIndex {
  const byHost = new Map(assets.map((asset) => [asset.host.toLowerCase(), asset]))
  const byMac = new Map(assets.flatMap((asset) => (asset.mac ? [[macOf(asset.mac), asset] as const] : [])))
  return {
    find: ({ host, mac }) => byHost.get(host.toLowerCase()) ?? (mac ? byMac.get(macOf(mac)) : undefined),
  }
}

/** `00:1a-2B…` → `001A2B…` */
const macOf = (text: string): string => text.replace(/[^0-9A-Fa-f]/g, '').toUpperCase()
