import { officeDate } from '../../../config/zone.ts'
import { PANORAMA_NAMES, type PanoramaPart, type PanoramaRow } from '../../../contract/http/sharing-panorama.ts'
import type { Reader } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import type { Followed, RowAsk } from './port.ts'
import { type Cell, cellsSince, firstMonth, itemRows, monthsWith, readMark } from './repository.ts'
import { monthsUntil, NOT_KNOWN, structureOf, verdict } from './rules.ts'

/** The present month and the thirteen before it: the last full one has twelve to be compared with. */
export const MONTHS = 14
const COLUMNS = ['a', 'b', 'c', 'd'] as const

export async function partOf(db: Reader, source: Followed, now: number): Promise<PanoramaPart> {
  const { section, unit } = source
  const months = monthsUntil(officeDate(now).slice(0, 7), MONTHS)
  const [mark, cells, first] = await Promise.all([
    readMark(db, section),
    cellsSince(db, section, months[0] ?? ''),
    firstMonth(db, section),
  ])
  const counted = mark?.shape === source.shape
  // A month before the first record is not «none»: nobody was counting.
  const inMonth = (measure: string, month: string): number | null =>
    first === null || month < first ? null : sum(cells, (cell) => cell.measure === measure && cell.month === month)
  const line = months.map((month) => ({ month, in: inMonth('in', month), out: inMonth('out', month) }))
  const year = new Set(months.slice(1, -1))
  return {
    section,
    name: PANORAMA_NAMES[section],
    unit,
    openName: source.openName,
    open: counted ? sum(cells, (cell) => cell.measure === 'open') : null,
    months: line,
    inName: source.inName,
    outName: source.outName,
    monthRows: true,
    verdict: verdict(
      line.map((one) => one.in),
      unit,
    ),
    structures: source.dims.map(({ id, name, of }) => {
      const counts = new Map<string, number>()
      for (const cell of cells)
        if (
          cell.dim === id &&
          (of === 'open' ? cell.measure === 'open' : cell.measure === 'in' && year.has(cell.month))
        )
          counts.set(cell.value, (counts.get(cell.value) ?? 0) + cell.count)
      return { dim: id, name, ...structureOf(counts) }
    }),
    complete: counted && mark.whole === 1,
    source: source.source,
  }
}
/** Each thing is one in the cells without dimension. */
const sum = (cells: readonly Cell[], keep: (cell: Cell) => boolean): number =>
  cells.reduce((total, cell) => (cell.dim === '' && keep(cell) ? total + cell.count : total), 0)

/** The rows behind one number, by the same months and the same words. */
export async function rowsOf(
  db: Reader,
  source: Followed,
  ask: RowAsk,
  now: number,
): Promise<{ items: PanoramaRow[]; cursor: string | null }> {
  const at = source.dims.findIndex(({ id }) => id === ask.dim)
  if (ask.dim !== undefined && at < 0) throw wrong('dim', '没有这个分类')
  const months = monthsUntil(officeDate(now).slice(0, 7), MONTHS)
  const asked = ask.month ? { from: ask.month, last: ask.month } : { from: months[1] ?? '', last: months.at(-2) ?? '' }
  const span = ask.measure === 'open' ? { from: '', last: '' } : asked
  // Where the cells say that there is nothing, nothing is sought.
  const there = await monthsWith(db, source.section, {
    measure: ask.measure,
    dim: ask.dim ?? '',
    value: ask.dim === undefined ? '' : (ask.value ?? NOT_KNOWN),
    ...span,
  })
  if (!there) return { items: [], cursor: null }
  const rows = await itemRows(db, source.section, {
    measure: ask.measure,
    limit: ask.limit,
    dim: COLUMNS[at] ?? null,
    value: ask.value === undefined || ask.value === NOT_KNOWN ? null : ask.value,
    from: `${there.from}-01`,
    to: ask.measure === 'open' ? '' : `${Temporal.PlainYearMonth.from(there.last).add({ months: 1 })}-01`,
    after: placeOf(ask.cursor),
  })
  const shown = await source.present(
    db,
    rows.map(({ id }) => id),
  )
  const end = rows.length === ask.limit ? rows.at(-1) : undefined
  return {
    items: rows.flatMap(({ id, started, ended }) => {
      const found = shown.get(id)
      return found ? [{ id, ...found, started, ended }] : []
    }),
    cursor: end ? `${(ask.measure === 'out' ? end.ended : end.started) ?? ''}~${end.id}` : null,
  }
}

function placeOf(cursor: string): [string, string] | null {
  if (cursor === '') return null
  const at = cursor.indexOf('~')
  if (at < 0) throw wrong('cursor', '不是本列表给出的位置')
  return [cursor.slice(0, at), cursor.slice(at + 1)]
}
const wrong = (path: string, message: string) => new Refusal('unprocessable', undefined, [{ path, message }])
