import { type SelectedRow, type Selection, StoreUnavailable } from '../port.ts'

interface RawAnswer {
  results?: {
    error?: string
    series?: { tags?: Record<string, string>; columns: string[]; values: (number | string | null)[][] }[]
  }[]
}

/** @throws StoreUnavailable · Error, when the answer itself says so (a query's errors come with 200) */
export function rowsOf(answer: unknown, selection: Selection): SelectedRow[] {
  const [result] = (answer as RawAnswer).results ?? []
  if (result?.error) {
    if (/database not found/.test(result.error)) throw new StoreUnavailable('database_missing', result.error)
    if (/retention policy not found/.test(result.error))
      throw new StoreUnavailable('retention_policy_missing', result.error)
    throw new Error(`指标库拒绝了查询：${result.error}`)
  }
  const rows: SelectedRow[] = []
  for (const { tags = {}, values } of result?.series ?? [])
    for (const [time, ...columns] of values)
      rows.push({
        at: selection.width === null ? selection.from : Number(time),
        tags,
        values: columns.map((value) => (typeof value === 'number' ? value : null)),
      })
  return rows
}
