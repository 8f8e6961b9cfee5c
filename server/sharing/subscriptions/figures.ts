import type { FigureSource } from '../../feature.ts'
import { figure } from '../../figure.ts'
import type { SubscriptionsDeps } from './context.ts'
import { outcomes } from './repository.ts'
import { usefulness } from './rules.ts'

const DAY_MS = 86_400_000

/** 采用率 of all hits, with its rows by source: only for those who may open every record that is counted. */
export const sharingFigures = ({ config, records }: SubscriptionsDeps): FigureSource => ({
  permission: 'sharing.review',
  names: ['sharing.usefulness'],
  async list(now) {
    const { days, least } = config.clues.usefulness
    const rows = usefulness(await outcomes(records.read, now - days * DAY_MS, null), least)
    const sum = (of: 'used' | 'unused') => rows.reduce((total, row) => total + row[of], 0)
    const [used, unused] = [sum('used'), sum('unused')]
    return [
      figure(
        {
          name: 'sharing.usefulness',
          title: '订阅命中采用率',
          value: used + unused < least ? null : Math.round((used / (used + unused)) * 1000) / 10,
          unit: '%',
          formula: `近 ${days} 天已采用 ÷（已采用＋未采用），不足 ${least} 件不计`,
          rows: rows.map((row) => ({
            来源: row.source,
            命中: row.hits,
            已采用: row.used,
            未采用: row.unused,
            待决定: row.pending,
          })),
        },
        { source: '订阅命中的决定', at: now, staleAfterS: 3600, state: 'ok' },
        now,
      ),
    ]
  },
})
