import { type ComputedRef, computed } from 'vue'
import type { Freshness } from '../../contract/panels/common.ts'
import type { PanelData, PanelName } from '../../contract/panels/index.ts'
import { useClock } from './clock.ts'
import { shownOf } from './mask.ts'
import { type Connection, type PanelEntry, useLive } from './store.ts'

/** The eight states of visual.md section 5, and «尚未启用» for a panel that this server does not offer. */
export const PANEL_STATES = [
  'normal',
  'empty',
  'loading',
  'refreshing',
  'stale',
  'denied',
  'broken',
  'frozen',
  'not-enabled',
] as const
export type PanelState = (typeof PANEL_STATES)[number]

/** Everything a frame needs to know about its panel, beside the data. */
export interface PanelStatus {
  state: PanelState
  /** 来源 named beside the age; empty = none. */
  source: string
  /** When the source last spoke, server epoch ms; null = never. */
  at: number | null
  ageS: number | null
  /** The moment as of which ages are counted: now, or the moment of the freeze. */
  now: number
  frozen: boolean
  /** Frozen because a stretch of the past is played. */
  replay?: boolean
  /** Why it is broken. */
  cause: string
  /** Seconds until the next try; null = unknown. */
  retryInS: number | null
  /** Seconds waited so far while loading. */
  waitedS: number
}

export interface StatusInput {
  name: string
  entry: PanelEntry | null
  caps: { panels: readonly string[]; denied: readonly string[] } | null
  connection: Connection
  now: number
  frozen: boolean
  replay?: boolean
}

/** Pure: which picture a panel shows. A dead source never looks fresh, a denied panel never looks empty. */
export function panelStatus(input: StatusInput): PanelStatus {
  const { entry, now } = input
  const freshness = (entry?.data as { freshness?: Freshness } | null | undefined)?.freshness
  const problem = entry?.problem ?? null
  const at = problem?.lastOkAt ?? freshness?.at ?? null
  const retryAt = problem ? problem.retryAt : freshness?.retryAt
  const base = {
    source: freshness?.source ?? '',
    at,
    ageS: at === null ? null : Math.max(0, (now - at) / 1000),
    now,
    frozen: input.frozen,
    ...(input.replay ? { replay: true } : {}),
    cause: problem?.cause ?? freshness?.cause ?? '',
    retryInS: typeof retryAt === 'number' ? Math.max(0, (retryAt - now) / 1000) : null,
    waitedS: input.connection.state === 'connecting' ? Math.max(0, (now - input.connection.since) / 1000) : 0,
  }
  return { ...base, state: choose(input, freshness, base.ageS) }
}

function choose(input: StatusInput, freshness: Freshness | undefined, ageS: number | null): PanelState {
  const { entry, caps, name, connection } = input
  if (caps?.denied.includes(name)) return 'denied'
  if (caps && !caps.panels.includes(name)) return 'not-enabled'
  if (entry?.problem) return 'broken'
  if (!entry?.data) return input.replay ? 'empty' : 'loading'
  if (!freshness) return input.frozen ? 'frozen' : 'normal'
  if (freshness.state === 'broken') return 'broken'
  if (ageS === null) return 'empty'
  if (ageS > freshness.staleAfterS) return 'stale'
  if (input.frozen) return 'frozen'
  return connection.state === 'connected' ? 'normal' : 'refreshing'
}

export interface PanelView<Data> {
  data: ComputedRef<Data | null>
  status: ComputedRef<PanelStatus>
  state: ComputedRef<PanelState>
  ageS: ComputedRef<number | null>
  /** Server epoch ms as of which this panel counts its ages. */
  now: ComputedRef<number>
}

export function usePanel<Name extends PanelName>(name: Name): PanelView<PanelData<Name>>
export function usePanel(name: string): PanelView<unknown>
export function usePanel(name: string): PanelView<unknown> {
  const live = useLive()
  const clock = useClock()
  const entry = live.panel(name)
  const shown = computed(() => (live.frozen ? (live.frozen.panels.get(name) ?? null) : entry.value))
  const now = computed(() => live.frozen?.at ?? clock.now)
  const status = computed(() =>
    panelStatus({
      name,
      entry: shown.value,
      caps: live.caps,
      connection: live.connection,
      now: now.value,
      frozen: live.frozen !== null,
      replay: live.frozen?.replay === true,
    }),
  )
  return {
    data: computed(() => (status.value.state === 'denied' ? null : shownOf(shown.value?.data ?? null))),
    status,
    state: computed(() => status.value.state),
    ageS: computed(() => status.value.ageS),
    now,
  }
}
