import * as api from '../../contract/http/sources.ts'
import { QUARANTINE_REASONS, type QuarantineReason } from '../../contract/quarantine.ts'
import { type BoundRoute, bind } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { itemOf, type SourcesParts, sourcesPanel } from './figures.ts'
import { readChanges } from './repository.ts'
import type { SourceRecord } from './rules.ts'

export function sourceRoutes(parts: SourcesParts): BoundRoute[] {
  const { deps, watch, traces } = parts
  return [
    bind(api.sources, async ({ now }) => ({ ...(await sourcesPanel(parts, now)), cursor: null })),
    bind(api.source, async ({ params, now }) => {
      const source = watch.sources.find(({ id }) => id === params.id)
      if (!source) throw new Refusal('not-found', `没有来源 ${params.id}`)
      const record = watch.record(source.id)
      return {
        ...itemOf(parts, source, now),
        reason: record.reason,
        version: record.version,
        onlineSince: record.status === 'online' ? record.statusMs : null,
        heardAt: record.heardMs,
        spoolBytes: record.spoolBytes,
        dropped: record.dropped,
        duplicates: record.duplicates,
        refusals: record.refusals.flatMap(shownRefusal),
        samples: traces.samples(source.id),
        gaps: traces.gaps(source.id),
        history: await readChanges(deps.records.read, source.id),
      }
    }),
  ]
}

/** A reason that a newer collector knows and we do not is left out rather than failing the whole page. */
function shownRefusal({ reason, ...rest }: SourceRecord['refusals'][number]) {
  if (!Object.hasOwn(QUARANTINE_REASONS, reason)) return []
  const known = reason as QuarantineReason
  return [{ ...rest, reason: known, word: QUARANTINE_REASONS[known] }]
}
