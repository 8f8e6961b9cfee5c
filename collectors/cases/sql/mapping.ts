import { findHeader } from '../../intake/header.ts'
import { textCell } from '../../intake/spreadsheet.ts'
import type { CaseField, CaseProfile } from '../profile.ts'

/** Which column of the view says what, after the synonyms of the profile (databases fold case, so does the header). */
export interface Mapping {
  fields: ReadonlyMap<CaseField, number>
  /** As the view names them; the indexes of `fields` point here. */
  columns: readonly string[]
}
export type MappingReading = { ok: true; mapping: Mapping } | { ok: false; reason: string }

/** What was mapped last time: a column that is renamed must not quietly become «no value». */
export interface Remembered {
  profile: number
  fields: readonly string[]
}

/** Pure. `required`: columns that sources.yaml names itself. */
export function mapColumns(
  columns: readonly string[],
  profile: CaseProfile,
  required: readonly string[],
  before: Remembered | undefined,
): MappingReading {
  const found = findHeader<CaseField>([{ line: 1, cells: columns.map(textCell) }], [], {
    synonyms: profile.fields as Record<CaseField, string[]>,
    required: ['caseNo'],
    minFields: profile.minHeaderFields,
  })
  if (!found.ok)
    return { ok: false, reason: `视图没有部门受案号（BMSAH）一列，或可识别的列不足 ${profile.minHeaderFields} 个` }
  const absent = required.filter((name) => !columns.includes(name))
  if (absent.length > 0) return { ok: false, reason: `视图没有 sources.yaml 所写的列 ${absent.join('、')}` }
  const fields = found.header.columns
  const known = before?.profile === profile.version ? before.fields : []
  const lost = known.filter((one) => !fields.has(one as CaseField))
  if (lost.length > 0) return { ok: false, reason: `视图少了上次还有的列：${lost.join('、')}` }
  return { ok: true, mapping: { fields, columns } }
}
