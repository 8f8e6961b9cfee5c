import { defineStore } from 'pinia'
import { type ShallowRef, shallowRef } from 'vue'
import type { Delta, Hello, Pulse, Snapshot } from '../../contract/live.ts'
import type { AlertItem, AlertsPanel } from '../../contract/panels/alerts.ts'
import { mergeAlert } from './alerts.ts'
import { checkPanel, type Problem } from './check.ts'
import { useClock } from './clock.ts'

/** One panel as the server last told it. `problem`: the server could not read it, or said it in a wrong shape. */
export interface PanelEntry {
  data: unknown
  at: number
  problem: Problem | null
}

export type Connection =
  | { state: 'connecting'; since: number }
  | { state: 'connected' }
  | { state: 'lost'; since: number }
  | { state: 'denied'; reason: string }

/** What the wall shows instead of the living data. */
export interface Frozen {
  at: number
  panels: ReadonlyMap<string, PanelEntry | null>
  /** The instant moves: a stretch of the past is played. */
  replay?: boolean
  /** `server`: answered by the server's records of that instant, the same on every screen; else why not, in words. */
  kept?: 'server' | 'asking' | { refused: string }
}

/** Pure: a panel after the server's newest word about it; what has not the contract's shape leaves the last good data. */
export function nextEntry(name: string, raw: unknown, at: number, before: PanelEntry | null): PanelEntry {
  const checked = checkPanel(name, raw)
  if (checked.ok) return { data: checked.data, at, problem: null }
  return { data: before?.data ?? null, at: before?.at ?? at, problem: checked.problem }
}

/** An alert event may overtake the panel state that was being loaded when it happened: remembered that long. */
const OVERTAKE_MS = 5000

/**
 * What the server has told this page. Panels are replaced whole, each in a shallow ref of its own, so that a delta
 * redraws one panel. Nothing here knows Socket.IO: client.ts feeds it, and so do the photographs.
 */
export const useLive = defineStore('live', () => {
  const clock = useClock()
  const caps = shallowRef<Hello['caps'] | null>(null)
  const connection = shallowRef<Connection>({ state: 'connecting', since: clock.read() })
  const frozen = shallowRef<Frozen | null>(null)
  const panels = new Map<string, ShallowRef<PanelEntry | null>>()
  const recent = new Map<string, { item: AlertItem; at: number }>()
  let rev = -1

  function panel(name: string): ShallowRef<PanelEntry | null> {
    const known = panels.get(name)
    if (known) return known
    const fresh = shallowRef<PanelEntry | null>(null)
    panels.set(name, fresh)
    return fresh
  }

  /** The living panels as they are now, whatever the wall shows. */
  const entries = (): ReadonlyMap<string, PanelEntry | null> =>
    new Map([...panels].map(([name, entry]) => [name, entry.value]))

  function put(name: string, raw: unknown, at: number): void {
    const entry = panel(name)
    const next = nextEntry(name, raw, at, entry.value)
    if (name === 'alerts' && next.problem === null) entry.value = { ...next, data: overtake(next.data) }
    else entry.value = next
  }

  /** Lays the alert events of the last seconds over a panel state that may be older than they are. */
  function overtake(data: unknown): unknown {
    const oldest = clock.read() - OVERTAKE_MS
    let merged = data as AlertsPanel
    for (const [id, { item, at }] of recent) {
      if (at < oldest || merged.items.some((one) => one.id === id && one.version >= item.version)) recent.delete(id)
      else merged = mergeAlert(merged, item)
    }
    return merged
  }

  function hello(message: Hello): void {
    clock.sync(message.serverTime)
    caps.value = message.caps
    rev = message.rev
    connection.value = { state: 'connected' }
  }

  function snapshot(message: Snapshot): void {
    rev = message.rev
    for (const [name, data] of Object.entries(message.panels)) put(name, data, message.at)
  }

  /** `gap`: something was missed, ask for a snapshot. `old`: already known. */
  function delta(message: Delta): 'applied' | 'gap' | 'old' {
    if (message.rev <= rev) return 'old'
    if (message.prevRev > rev) return 'gap'
    rev = message.rev
    put(message.panel, message.data, message.at)
    return 'applied'
  }

  /** The server's sign of life. True when this page has missed something. */
  function pulse(message: Pulse): boolean {
    clock.sync(message.serverTime)
    return message.rev !== rev
  }

  function alert(item: AlertItem): void {
    recent.delete(item.id)
    recent.set(item.id, { item, at: clock.read() })
    if (recent.size > 1000) recent.delete(recent.keys().next().value ?? '')
    const entry = panel('alerts')
    if (entry.value?.data) entry.value = { ...entry.value, data: mergeAlert(entry.value.data as AlertsPanel, item) }
  }

  function connected(state: Connection): void {
    connection.value = state
  }

  function freeze(): void {
    if (frozen.value) return
    frozen.value = { at: clock.read(), panels: entries() }
  }
  function thaw(): void {
    frozen.value = null
  }
  /** Another instant, or more of what was known of it. */
  function show(past: Frozen): void {
    frozen.value = past
  }

  return {
    caps,
    connection,
    frozen,
    panel,
    entries,
    hello,
    snapshot,
    delta,
    pulse,
    alert,
    connected,
    freeze,
    thaw,
    show,
  }
})
