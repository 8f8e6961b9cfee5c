import type { Figure, FigureState } from '../contract/figures.ts'
import type { Freshness } from '../contract/panels/common.ts'

/** Is a value still within its deadline? Never heard of = unknown, whatever the value says. */
export function figureState(freshness: Freshness, value: number | null, now: number): FigureState {
  if (freshness.state === 'broken') return 'broken'
  if (freshness.at === null || value === null) return 'unknown'
  return now - freshness.at > freshness.staleAfterS * 1000 ? 'stale' : 'ok'
}

export interface FigureParts {
  name: string
  title: string
  value: number | null
  unit: string
  formula: string
  rows?: Figure['rows']
}

/** A figure with its birth certificate; rows are cut at 1000. */
export function figure(parts: FigureParts, freshness: Freshness, now: number): Figure {
  return {
    name: parts.name,
    title: parts.title,
    value: parts.value,
    unit: parts.unit,
    at: freshness.at === null ? null : new Date(freshness.at).toISOString(),
    staleAfter: freshness.staleAfterS,
    state: figureState(freshness, parts.value, now),
    source: freshness.source,
    formula: parts.formula,
    rows: (parts.rows ?? []).slice(0, 1000),
  }
}
