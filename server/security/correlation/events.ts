import { officeDate } from '../../../config/zone.ts'
import type { EventHandler, StoredEvent, Turn } from '../../feature.ts'
import type { SecurityDeps } from '../context.ts'
import { loadTerminals } from '../terminals/repository.ts'
import { clockOf, type Ground } from './place.ts'
import { factsOf, raiseFinding } from './raise.ts'
import {
  addEntries,
  addGaps,
  addStanding,
  addTraces,
  type Finding,
  findingsById,
  noteOnline,
  saveFindings,
} from './repository.ts'
import { blindByPlace, judgeNight, judgeRoom } from './rules.ts'

const HOST = /^terminal:/
export const hostOf = (event: StoredEvent): string => (event.object ?? '').replace(HOST, '').slice(0, 128)
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 80) : undefined)
const TRACED = new Set(['access.granted', 'access.denied', 'door.opened', 'door.forced', 'door.held'])
/** Older ones are not drawn any more. */
const TRACE_MS = 4 * 3_600_000

/** Files entries and activities, whatever order they come in; tells of night entries and unprotected rooms at once. */
export function crossHandler(deps: SecurityDeps, ground: Ground): EventHandler {
  const { rules } = deps.config.correlation
  const activity = new Set(rules.terminalWithoutEntry.enabled ? rules.terminalWithoutEntry.activity : [])
  return {
    name: 'correlation',
    types: [...new Set([...TRACED, ...activity, 'terminal.online', 'door.mode_changed', 'collector.gap'])],
    async handle(turn, events) {
      await file(turn, events)
      const news = [...activities(events), ...nights(events), ...(await rooms(turn, events))]
      if (news.length === 0) return
      const known = await findingsById(turn.tx, [...new Set(news.map(({ id }) => id))])
      const fresh = new Map<string, Finding>()
      for (const one of news) {
        const merged = mergeFinding(fresh.get(one.id) ?? known.get(one.id), one)
        if (merged) fresh.set(one.id, { ...merged, facts: factsOf(ground, merged) })
      }
      await saveFindings(turn.tx, [...fresh.values()])
      for (const one of fresh.values()) if (one.state === 'raised') await raiseFinding(deps, ground, turn, one)
      if (fresh.size > 0) turn.touch('cross')
    },
  }

  async function file(turn: Turn, events: readonly StoredEvent[]): Promise<void> {
    const entries = events.flatMap((event) => {
      const person = event.type === 'access.granted' ? personOf(event) : undefined
      return person ? [{ day: officeDate(event.observedMs), person, at: event.observedMs, eventId: event.id }] : []
    })
    if (entries.length > 0) await addEntries(turn.tx, entries)
    const traces = events.flatMap((event) => {
      const door = event.object ?? ''
      if (!TRACED.has(event.type) || event.observedMs < turn.now - TRACE_MS || !ground.doors.has(door)) return []
      return [{ event_id: event.id, at_ms: event.observedMs, door, type: event.type }]
    })
    if (traces.length > 0) await addTraces(turn.tx, traces)
    const gaps = events.filter(({ type, domain }) => type === 'collector.gap' && domain === 'access')
    await addGaps(
      turn.tx,
      gaps.map(({ id, observedMs }) => ({ event_id: id, day: officeDate(observedMs), at_ms: observedMs })),
    )
    const opened = events.filter(({ type, data }) => type === 'door.mode_changed' && data.mode === 'always-open')
    await addStanding(
      turn.tx,
      opened.map(({ object, observedMs }) => ({ day: officeDate(observedMs), door: object ?? '' })),
    )
    const online = new Map(
      events.filter(({ type }) => type === 'terminal.online').map((event) => [hostOf(event), event.observedMs]),
    )
    if (online.size > 0) await noteOnline(turn.tx, online)
  }

  /** The person's id of site.yaml where the card is known, else the hash itself. */
  function personOf(event: StoredEvent): string | undefined {
    const hash = textOf(event.data.person)
    return hash === undefined ? undefined : (deps.personOf(hash) ?? hash)
  }

  function activities(events: readonly StoredEvent[]): Finding[] {
    return events.flatMap((event) => {
      const terminal = ground.terminals.get(hostOf(event))
      if (!activity.has(event.type) || event.backfill || !terminal?.owner) return []
      if (rules.terminalWithoutEntry.exemptPlaces.includes(terminal.place)) return []
      return [
        {
          ...begun('terminalWithoutEntry', terminal.host, terminal.place, event),
          person: terminal.owner,
          state: 'waiting' as const,
          reason: 'settling' as const,
        },
      ]
    })
  }

  function nights(events: readonly StoredEvent[]): Finding[] {
    if (!rules.nightEntry.enabled) return []
    return events.flatMap((event) => {
      const who = event.type === 'access.granted' ? personOf(event) : undefined
      const door = ground.doors.get(event.object ?? '')
      if (!who || !door || rules.nightEntry.exemptAreas.includes(door.area)) return []
      const person = ground.people.get(who)
      const verdict = judgeNight({
        time: clockOf(event.observedMs),
        windows: rules.nightEntry.windows,
        person: person && { post: ground.posts.get(person.post ?? '') },
        shifts: ground.shifts,
        backfill: event.backfill,
      })
      // Who is on duty at night leaves no file here: only what is not explained is kept of a person.
      if (!verdict || verdict.what === 'fine') return []
      const base = begun('nightEntry', door.id, door.room ?? door.area, event)
      return [
        { ...base, person: who, state: stateOf(verdict.what), reason: verdict.reason, decidedMs: event.receivedMs },
      ]
    })
  }

  async function rooms(turn: Turn, events: readonly StoredEvent[]): Promise<Finding[]> {
    if (!rules.unprotectedRoom.enabled) return []
    const entered = events.flatMap((event) =>
      event.type === 'access.granted' || event.type === 'door.opened'
        ? (ground.placesOf.get(event.object ?? '') ?? []).map((place) => ({ event, place }))
        : [],
    )
    if (entered.length === 0) return []
    const reported = new Set((await loadTerminals(turn.tx)).keys())
    const blind = blindByPlace([...ground.terminals.values()], reported)
    return entered.flatMap(({ event, place }) => {
      const verdict = judgeRoom({
        at: event.observedMs,
        now: turn.now,
        withinMs: rules.unprotectedRoom.withinS * 1000,
        blind: blind.get(place) ?? [],
        backfill: event.backfill,
      })
      if (verdict?.what !== 'alarm') return []
      const base = begun('unprotectedRoom', place, place, event)
      return [
        {
          ...base,
          state: 'raised' as const,
          reason: verdict.reason,
          decidedMs: turn.now,
          hosts: blind.get(place) ?? [],
        },
      ]
    })
  }
}

const stateOf = (what: 'alarm' | 'wait' | 'unknown'): Finding['state'] =>
  what === 'alarm' ? 'raised' : what === 'wait' ? 'waiting' : 'unknown'

function begun(
  rule: Finding['rule'],
  object: string,
  place: string,
  event: StoredEvent,
): Omit<Finding, 'state' | 'reason'> {
  return {
    id: `${rule}:${object}:${officeDate(event.observedMs)}`,
    rule,
    object,
    place: place.slice(0, 64),
    person: null,
    atMs: event.observedMs,
    evidence: [event.id],
    facts: [],
    kind: event.type,
    decidedMs: null,
  }
}

const MAX_EVIDENCE = 50
/** What a further event changes; undefined = nothing. One that could not be judged is looked at again. */
export function mergeFinding(known: Finding | undefined, next: Finding): Finding | undefined {
  if (!known) return next
  if (next.rule === 'unprotectedRoom') return undefined
  if (next.rule === 'nightEntry') {
    const evidence = [...new Set([...known.evidence, ...next.evidence])].slice(0, MAX_EVIDENCE)
    if (evidence.length === known.evidence.length) return undefined
    return next.state === 'raised' ? { ...next, evidence } : { ...known, evidence }
  }
  const again = known.state === 'unknown' || (known.state === 'fine' && known.reason === 'mass-return')
  return again && next.atMs > known.atMs ? next : undefined
}
