import { officeDate, officeTime } from '../../../config/zone.ts'
import type { EventHandler, StoredEvent, Tick, Turn } from '../../feature.ts'
import { HOUR_MS, type SecurityDeps } from '../context.ts'
import { type AccessCount, addAccessCounts, addPersons, loadDoors, loadOpenDoors, saveDoors } from './repository.ts'
import { applyDoorEvent, type DoorRecord, freshDoor, isHeld, isOffHours } from './rules.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Door states, hourly counters and the alerts that a single event cannot tell (derived forced, off hours). */
export function doorHandler(deps: SecurityDeps): EventHandler {
  const doors = new Map(deps.config.site.doors.map((door) => [door.id, door]))
  const trusted = new Set(
    deps.config.sources.sources
      .filter(({ kind }) => deps.config.security.deviceReportsForced.includes(kind))
      .map(({ id }) => id),
  )
  return {
    name: 'doors',
    types: ['access.', 'door.', 'collector.status'],
    async handle(turn, events) {
      const named = events.filter((event) => event.object?.startsWith('door:'))
      await count(turn, named)
      await reachability(turn, deps, events)
      if (named.length === 0) return
      const ids = [...new Set(named.flatMap((event) => (event.object ? [event.object] : [])))]
      const states = await loadDoors(turn.tx, ids)
      for (const event of named) await apply(turn, event, states)
      await saveDoors(turn.tx, [...states.values()])
      turn.touch('access', 'map', 'presence')
    },
  }

  async function apply(turn: Turn, event: StoredEvent, states: Map<string, DoorRecord>): Promise<void> {
    const id = event.object ?? ''
    const door = doors.get(id)
    const { door: next, finding } = applyDoorEvent(
      states.get(id) ?? freshDoor(id),
      { type: event.type, at: event.observedMs, backfill: event.backfill, mode: text(event.data.mode) },
      {
        unlockWindowMs: deps.config.security.unlockWindowS * 1000,
        deviceReportsForced: !door || trusted.has(door.source),
      },
    )
    states.set(id, next)
    if (event.backfill) return
    const common = { domain: 'access' as const, object: id, at: event.observedMs, evidence: [event.id] }
    const values = { door: door?.name ?? id }
    if (finding.what === 'forced-derived')
      await deps.alerts.raise(turn, {
        ...common,
        cause: `door.forced:${id}`,
        rule: 'door.forced',
        clearable: true,
        values,
      })
    if (finding.what === 'held-cleared') await deps.alerts.clear(turn, `door.held:${id}`, event.observedMs)
    if (event.type === 'access.granted' || event.type === 'door.opened') await offHours(turn, event, common, values)
  }

  async function offHours(
    turn: Turn,
    event: StoredEvent,
    common: { domain: 'access'; object: string; at: number; evidence: string[] },
    values: { door: string },
  ): Promise<void> {
    const hours = doors.get(common.object)?.hours
    if (!hours) return
    const local = officeTime(event.observedMs)
    const moment = { hour: local.hour, minute: local.minute, workday: deps.calendar.isWorkday(local.toPlainDate()) }
    if (!isOffHours(hours, moment)) return
    await deps.alerts.raise(turn, {
      ...common,
      cause: `door.off-hours:${common.object}`,
      rule: 'door.off-hours',
      clearable: false,
      values: { ...values, time: local.toPlainTime().toString({ smallestUnit: 'second' }) },
    })
  }
}

/** Controllers that the collector can or cannot reach: `collector.status` with `device` and `data.state`. */
async function reachability(turn: Turn, deps: SecurityDeps, events: readonly StoredEvent[]): Promise<void> {
  for (const event of events) {
    const state = text(event.data.state)
    if (event.type !== 'collector.status' || !event.device || event.backfill || !state) continue
    // A platform stands for all doors of its source.
    const behind = deps.config.site.doors.filter((door) => door.device === event.device || door.source === event.device)
    const ids = behind.map(({ id }) => id)
    if (ids.length === 0) continue
    const known = await loadDoors(turn.tx, ids)
    const offline = state === 'offline'
    const next = ids.map((id) => {
      const door = known.get(id) ?? freshDoor(id)
      return { ...door, offlineMs: offline ? (door.offlineMs ?? event.observedMs) : null }
    })
    await saveDoors(turn.tx, next)
    turn.touch('access', 'map')
  }
}

async function count(turn: Turn, events: readonly StoredEvent[]): Promise<void> {
  const counts = new Map<string, AccessCount>()
  const persons = new Map<string, { day: string; person: string }>()
  for (const event of events) {
    const outcome = event.type === 'access.granted' ? 'granted' : event.type === 'access.denied' ? 'denied' : undefined
    if (!outcome || !event.object) continue
    const hourMs = Math.floor(event.observedMs / HOUR_MS) * HOUR_MS
    const reason = outcome === 'denied' ? (text(event.data.reason) ?? 'other').slice(0, 32) : ''
    const key = `${hourMs} ${event.object} ${outcome} ${reason}`
    const known = counts.get(key)
    if (known) known.count++
    else counts.set(key, { hourMs, door: event.object, outcome, reason, count: 1 })
    const person = text(event.data.person)
    if (outcome === 'granted' && person) {
      const day = officeDate(event.observedMs)
      persons.set(`${day} ${person}`, { day, person: person.slice(0, 80) })
    }
  }
  if (counts.size > 0) await addAccessCounts(turn.tx, [...counts.values()])
  if (persons.size > 0) await addPersons(turn.tx, [...persons.values()])
}

/** Doors that stand open too long: time itself raises this alert, whether or not the device says so. */
export function heldTick(deps: SecurityDeps): Tick {
  const doors = new Map(deps.config.site.doors.map((door) => [door.id, door]))
  return {
    name: 'doors-held',
    everyMs: 1000,
    async run(turn) {
      const open = await loadOpenDoors(turn.tx)
      for (const door of open) {
        const known = doors.get(door.id)
        if (!known || !isHeld(door, known.heldS, turn.now, deps.config.security.heldRepeatS)) continue
        await saveDoors(turn.tx, [{ ...door, heldMs: turn.now }])
        await deps.alerts.raise(turn, {
          cause: `door.held:${door.id}`,
          rule: 'door.held',
          domain: 'access',
          object: door.id,
          at: door.heldMs === null ? (door.openedMs ?? turn.now) + known.heldS * 1000 : turn.now,
          evidence: [],
          clearable: true,
          values: { door: known.name, limit: known.heldS },
        })
        turn.touch('access', 'map')
      }
    },
  }
}
