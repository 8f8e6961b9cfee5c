import {
  PANORAMA_CAPTION,
  PANORAMA_NAMES,
  PANORAMA_SECTIONS,
  panoramaRoutes,
} from '../../../contract/http/sharing-panorama.ts'
import { bind, type Feature, type Records } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { follow } from './follow.ts'
import type { Counted, Followed } from './port.ts'
import { verdict } from './rules.ts'
import { panoramaMigrations } from './tables.ts'
import { partOf, rowsOf } from './view.ts'

export type { Counted, Followed, Item, RowAsk, Shown } from './port.ts'

export interface PanoramaDeps {
  records: Records
  followed: readonly Followed[]
  counted: readonly Counted[]
}

/** 全景: numbers against their own past and in their parts; a section that one may not open is not there at all. */
export function panoramaFeature({ records, followed, counted }: PanoramaDeps): Feature {
  const all = [...followed, ...counted].sort(
    (a, b) => PANORAMA_SECTIONS.indexOf(a.section) - PANORAMA_SECTIONS.indexOf(b.section),
  )
  return {
    name: 'panorama',
    migrations: panoramaMigrations,
    routes: [
      bind(panoramaRoutes.view, async ({ person, now }) => {
        const open = all.filter(({ permission }) => person.permissions.has(permission))
        const parts = await Promise.all(
          open.map(async (source) => {
            if ('changed' in source) return partOf(records.read, source, now)
            const part = await source.look(records.read, person, now)
            const past = verdict(
              part.months.map((month) => month.in),
              part.unit,
            )
            return { ...part, section: source.section, name: PANORAMA_NAMES[source.section], verdict: past }
          }),
        )
        return { at: now, caption: PANORAMA_CAPTION, parts }
      }),
      bind(panoramaRoutes.rows, async ({ person, params, query, now }) => {
        const source = all.find(({ section }) => section === params.section)
        if (!source || !person.permissions.has(source.permission))
          throw new Refusal('forbidden', `您无权查看${PANORAMA_NAMES[params.section]}`)
        const { measure, dim, value, month, limit, cursor = '' } = query
        const ask = { measure, dim, value, month, limit, cursor }
        return 'changed' in source ? rowsOf(records.read, source, ask, now) : source.rows(records.read, ask)
      }),
    ],
    ticks: followed.map((source) => ({
      name: `panorama-${source.section}`,
      everyMs: 5000,
      run: async (turn) => {
        await follow(turn, source)
      },
    })),
  }
}
