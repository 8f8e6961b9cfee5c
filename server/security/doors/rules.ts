import type { DoorState } from '../../../contract/panels/security.ts'

/** Pure door state machine, vendor neutral (protocols.md 2.5). Times are epoch ms of the source's clock. */
export interface DoorRecord {
  id: string
  contact: 'open' | 'closed' | null
  /** Device or always-open mode that makes an opening ordinary. */
  mode: 'normal' | 'always-open' | 'always-closed'
  openedMs: number | null
  lastGrantMs: number | null
  forcedMs: number | null
  heldMs: number | null
  offlineMs: number | null
  /** Newest event that was applied: older, late ones never turn the door back. */
  appliedMs: number
}

export const freshDoor = (id: string): DoorRecord => ({
  id,
  contact: null,
  mode: 'normal',
  openedMs: null,
  lastGrantMs: null,
  forcedMs: null,
  heldMs: null,
  offlineMs: null,
  appliedMs: 0,
})

export interface DoorInput {
  type: string
  at: number
  backfill: boolean
  /** `door.mode_changed` only. */
  mode?: string
}

export interface DoorTiming {
  /** An opening within this long after a grant or exit button is ordinary. */
  unlockWindowMs: number
  /** The device itself reports forced openings: trust it and do not derive twice. */
  deviceReportsForced: boolean
}

/** What the office must be told beyond the event itself. */
export type DoorFinding = { what: 'forced-derived' | 'held-cleared' | 'nothing'; reason: string }
const NOTHING: DoorFinding = { what: 'nothing', reason: 'state-only' }
const GRANTS = new Set(['access.granted', 'access.remote_open', 'access.rex'])

/** Applies one event. Late ones (older than what was applied) change nothing but the last grant. */
export function applyDoorEvent(
  door: DoorRecord,
  input: DoorInput,
  timing: DoorTiming,
): { door: DoorRecord; finding: DoorFinding } {
  if (GRANTS.has(input.type)) {
    const lastGrantMs = Math.max(door.lastGrantMs ?? 0, input.at)
    return { door: { ...door, lastGrantMs, offlineMs: input.backfill ? door.offlineMs : null }, finding: NOTHING }
  }
  if (input.at < door.appliedMs) return { door, finding: { what: 'nothing', reason: 'older-than-state' } }
  const next = { ...door, appliedMs: input.at, offlineMs: null }
  switch (input.type) {
    case 'door.opened':
      return opened(next, input, timing, door.contact === 'closed' && input.at - door.appliedMs < BOUNCE_MS)
    case 'door.closed':
    case 'door.held_cleared': {
      const finding: DoorFinding = door.heldMs === null ? NOTHING : { what: 'held-cleared', reason: 'contact-closed' }
      return { door: { ...next, contact: 'closed', openedMs: null, forcedMs: null, heldMs: null }, finding }
    }
    case 'door.forced':
      return {
        door: { ...next, contact: 'open', openedMs: next.openedMs ?? input.at, forcedMs: next.forcedMs ?? input.at },
        finding: NOTHING,
      }
    case 'door.held':
      return {
        door: { ...next, contact: 'open', openedMs: next.openedMs ?? input.at, heldMs: next.heldMs ?? input.at },
        finding: NOTHING,
      }
    case 'door.mode_changed':
      return { door: { ...next, mode: doorMode(input.mode) }, finding: NOTHING }
    default:
      return { door: { ...door, offlineMs: input.backfill ? door.offlineMs : null }, finding: NOTHING }
  }
}

/** A contact that lets go for less than this has bounced: nobody opens and shuts a door so fast. */
const BOUNCE_MS = 300

function opened(
  door: DoorRecord,
  input: DoorInput,
  timing: DoorTiming,
  bounced: boolean,
): { door: DoorRecord; finding: DoorFinding } {
  const open: DoorRecord = { ...door, contact: 'open', openedMs: door.openedMs ?? input.at }
  if (bounced) return { door: open, finding: { what: 'nothing', reason: 'bounce' } }
  const granted = door.lastGrantMs !== null && input.at - door.lastGrantMs <= timing.unlockWindowMs
  if (granted || timing.deviceReportsForced || door.mode === 'always-open') return { door: open, finding: NOTHING }
  return {
    door: { ...open, forcedMs: input.at },
    finding: { what: 'forced-derived', reason: 'opened-without-grant' },
  }
}

const doorMode = (mode: string | undefined): DoorRecord['mode'] =>
  mode === 'always-open' || mode === 'always-closed' ? mode : 'normal'

/**
 * Open longer than its limit and not yet called held, or called so `repeatS` ago; always-open doors are meant to stand
 * open.
 */
export const isHeld = (door: DoorRecord, heldS: number, now: number, repeatS = Number.POSITIVE_INFINITY): boolean =>
  door.contact === 'open' &&
  door.mode !== 'always-open' &&
  door.openedMs !== null &&
  (door.heldMs === null ? now - door.openedMs > heldS * 1000 : now - door.heldMs >= repeatS * 1000)

/** What the wall draws, worst first. */
export function doorState(door: DoorRecord | undefined): DoorState {
  if (!door) return 'unknown'
  if (door.forcedMs !== null) return 'forced'
  if (door.heldMs !== null) return 'held'
  if (door.offlineMs !== null) return 'offline'
  if (door.contact === null) return 'closed'
  return door.contact
}

/** Since when it is in that state. */
export const doorSince = (door: DoorRecord): number | null =>
  door.forcedMs ?? door.offlineMs ?? door.openedMs ?? (door.appliedMs || null)

/** Is an opening at this local minute of the day outside the door's hours? */
export function isOffHours(
  hours: { from: string; to: string; workdaysOnly: boolean } | undefined,
  local: { hour: number; minute: number; workday: boolean },
): boolean {
  if (!hours) return false
  if (hours.workdaysOnly && !local.workday) return true
  const minute = local.hour * 60 + local.minute
  return minute < minuteOf(hours.from) || minute >= minuteOf(hours.to)
}
const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))
