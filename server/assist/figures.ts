import {
  SUGGESTION_NAMES,
  type SuggestionKind,
  VERDICT_NAMES,
  type Verdict,
} from '../../contract/http/assist-reading.ts'
import type { FigureSource, Records } from '../feature.ts'
import { figure } from '../figure.ts'
import { verdictsSince } from './reading/repository.ts'

const DAY_MS = 86_400_000
const DAYS = 90

/** 辅助建议有用率: of what people decided, the share they could use. By kind of suggestion, never by person. */
export function assistFigures({ records }: { records: Records }): FigureSource {
  return {
    permission: 'figures.read',
    names: ['assist.usefulness', 'assist.decided'],
    async list(now) {
      const found = await verdictsSince(records.read, now - DAYS * DAY_MS)
      const sum = (match: (one: (typeof found)[number]) => boolean) =>
        found.filter(match).reduce((total, { count }) => total + count, 0)
      const decided = sum(() => true)
      const used = sum(({ verdict }) => verdict !== 'rejected')
      const rows = (Object.keys(SUGGESTION_NAMES) as SuggestionKind[]).flatMap((kind) => {
        const of = (verdict: Verdict) => sum((one) => one.kind === kind && one.verdict === verdict)
        const counts = Object.fromEntries(
          (Object.keys(VERDICT_NAMES) as Verdict[]).map((verdict) => [VERDICT_NAMES[verdict], of(verdict)]),
        )
        return sum((one) => one.kind === kind) > 0 ? [{ 建议种类: SUGGESTION_NAMES[kind], ...counts }] : []
      })
      const freshness = { source: '辅助办案决定记录', at: now, staleAfterS: 3600, state: 'ok' as const }
      const share = decided === 0 ? null : Math.round((used / decided) * 1000) / 10
      const formula = `近 ${DAYS} 日内作出决定的建议中，采用与修改后采用所占比例；同一建议以最后一次决定为准；不分人统计`
      return [
        figure(
          { name: 'assist.usefulness', title: '辅助建议有用率', value: share, unit: '%', formula, rows },
          freshness,
          now,
        ),
        figure(
          {
            name: 'assist.decided',
            title: '辅助建议已决定',
            value: decided,
            unit: '项',
            formula: `近 ${DAYS} 日内作出决定的建议`,
            rows,
          },
          freshness,
          now,
        ),
      ]
    },
  }
}
