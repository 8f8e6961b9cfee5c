import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Aggregate, SelectedRow, Selection } from '../port.ts'
import { SCHEMA } from '../schema.ts'
import type { SeriesIndex } from './series.ts'
import { columnOf, tableOf } from './tables.ts'

const OFFSET_MS = 8 * 3_600_000

const SQL: Record<Exclude<Aggregate, 'last'>, (column: string) => string> = {
  mean: (column) => `avg(${column})`,
  sum: (column) => `sum(${column})`,
  max: (column) => `max(${column})`,
  min: (column) => `min(${column})`,
  count: (column) => `nullif(count(${column}), 0)`,
}

interface Group {
  number: number
  tags: Readonly<Record<string, string>>
}

/** The same answer as influxQl() gets from InfluxDB. */
export function select(db: DatabaseSync, index: SeriesIndex, selection: Selection): SelectedRow[] {
  check(selection)
  const { pairs, groups } = grouped(index, selection)
  if (pairs.length === 0) return []
  const rows = new Map<string, SelectedRow>()
  for (const part of statements(selection)) {
    const answer = db.prepare(part.text).all({ ...part.bind, pairs: JSON.stringify(pairs) })
    for (const row of answer) {
      const group = groups[Number(row.grp)]
      if (!group) continue
      const key = `${group.number} ${row.at}`
      const into = rows.get(key) ?? { at: Number(row.at), tags: group.tags, values: selection.columns.map(() => null) }
      for (const column of part.columns) into.values[column] = (row[`c${column}`] ?? null) as number | null
      rows.set(key, into)
    }
  }
  return [...rows.values()].filter((row) => row.values.some((value) => value !== null))
}

function check({ measurement, columns, where, by }: Selection): void {
  const schema = SCHEMA[measurement]
  const unknown =
    columns.find(({ field }) => !schema || !Object.hasOwn(schema.fields, field))?.field ??
    [...Object.keys(where), ...by].find((tag) => !schema?.tags.includes(tag))
  if (!schema || unknown !== undefined) throw new Error(`指标查询里有未声明的名称：${unknown ?? measurement}`)
}

/** Each matching series with the number of its group. */
function grouped(index: SeriesIndex, { measurement, where, by }: Selection): { pairs: number[][]; groups: Group[] } {
  const groups: Group[] = []
  const numbers = new Map<string, number>()
  const pairs = index.matching(measurement, where, by).map(({ id, group }) => {
    const key = JSON.stringify(group)
    const number = numbers.get(key) ?? groups.push({ number: groups.length, tags: group }) - 1
    numbers.set(key, number)
    return [id, number]
  })
  return { pairs, groups }
}

interface Statement {
  text: string
  bind: Record<string, SQLInputValue>
  /** Which columns of the selection it answers, as `c0`, `c1`, … */
  columns: number[]
}

/** All plain aggregates in one statement; each `last` in its own, where SQLite's bare column follows max(). */
function statements(selection: Selection): Statement[] {
  const bind = { from: selection.from, to: selection.to }
  const numbered = selection.columns.map((column, number) => ({ ...column, number }))
  const plain = numbered.filter(({ aggregate }) => aggregate !== 'last')
  const bucket = bucketSql(selection)
  const source = `json_each($pairs) AS pair CROSS JOIN ${tableOf(selection.measurement)} AS p ON p.series = json_extract(pair.value, '$[0]')`
  const range = `p.ms >= $from AND p.ms < $to`
  const head = `json_extract(pair.value, '$[1]') AS grp, ${bucket} AS at`
  const parts: Statement[] = []
  if (plain.length > 0) {
    const columns = plain.map(
      ({ field, aggregate, number }) => `${SQL[aggregate as keyof typeof SQL](columnOf(field))} AS c${number}`,
    )
    const text = `SELECT ${head}, ${columns.join(', ')} FROM ${source} WHERE ${range} GROUP BY grp, at`
    parts.push({ text, bind, columns: plain.map(({ number }) => number) })
  }
  for (const { field, aggregate, number } of numbered) {
    if (aggregate !== 'last') continue
    const column = columnOf(field)
    const newest = `SELECT ${head}, ${column} AS c${number}, max(p.ms * 1000000 + p.ns) AS newest FROM ${source} WHERE ${range} AND ${column} IS NOT NULL GROUP BY grp, at`
    parts.push({ text: `SELECT grp, at, c${number} FROM (${newest})`, bind, columns: [number] })
  }
  return parts
}

/** Integer arithmetic needs integers: numbers bound from JavaScript would be REAL. */
function bucketSql({ width, from }: Selection): string {
  if (!Number.isSafeInteger(width ?? 1) || !Number.isSafeInteger(from)) throw new Error('指标查询的时间无效')
  return width === null ? String(from) : `((p.ms + ${OFFSET_MS}) / ${width}) * ${width} - ${OFFSET_MS}`
}
