import { officeDate } from '../../../config/zone.ts'
import type { Followed } from '../panorama/port.ts'
import { type ExchangeDeps, unitName } from './context.ts'
import { recordsAfter, recordsByIds } from './repository.ts'

const STANDARD = 'property'
/** Of the standard's own list: nothing more is done with them. */
const DISPOSED = ['发还', '上缴', '销毁']
const idOf = (row: { unit: string; key: string }): string => `${row.unit} ${row.key}`.slice(0, 400)

/** 涉案财物, as other units tell of it. */
export const followedProperty = (deps: Pick<ExchangeDeps, 'config'>): Followed => ({
  section: 'property',
  permission: 'exchange.read',
  unit: '件',
  openName: '未处置',
  inName: '扣押',
  outName: '处置',
  source: '外单位送来的涉案财物信息',
  dims: [
    { id: 'state', name: '状态（未处置）', of: 'open' },
    { id: 'unit', name: '提供单位（未处置）', of: 'open' },
    { id: 'place', name: '保管场所（未处置）', of: 'open' },
  ],
  shape: 1,
  async changed(db, place, limit) {
    const rows = await recordsAfter(db, Number(place || 0), limit)
    return {
      // An older version that came late says nothing of today.
      items: rows
        .filter(({ standard, latest }) => standard === STANDARD && latest === 1)
        .map((row) => {
          const { state = '', place: kept, seizedOn } = JSON.parse(row.body) as Record<string, string>
          const came = officeDate(Number(row.received_ms))
          const ended = DISPOSED.includes(state)
          return {
            id: idOf(row),
            started: seizedOn ?? came,
            ended: ended ? came : null,
            open: !ended,
            dims: [state || null, unitName(deps, row.unit), kept ?? null],
          }
        }),
      gone: [],
      place: String(rows.at(-1)?.seq ?? place),
      caughtUp: rows.length < limit,
      whole: rows.length < limit,
    }
  },
  async present(db, ids) {
    const rows = await recordsByIds(db, STANDARD, ids)
    return new Map(
      rows.map((row) => {
        const values = JSON.parse(row.body) as Record<string, string>
        const note = [values.state, values.place, values.caseNo, unitName(deps, row.unit)].filter(Boolean).join(' · ')
        const link = `/sharing/exchange/records?standard=${STANDARD}&unit=${encodeURIComponent(row.unit)}`
        return [idOf(row), { title: values.what ?? row.key, note, link }]
      }),
    )
  },
})
