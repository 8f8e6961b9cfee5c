import { Readable } from 'node:stream'
import { TOPIC_PERMISSIONS } from '../../../contract/sharing/conditions.ts'
import type { Principal, StreamAnswer } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { type ExchangeDeps, standardOf } from './context.ts'
import { csvLine } from './csv.ts'
import { VERSION_COLUMN } from './rules.ts'

/** A page of what is given away, in the scope of the token; where the next page starts stands in the file itself. */
export async function takeFile(
  deps: ExchangeDeps,
  person: Principal,
  ask: { standard: string; format: 'json' | 'csv'; limit: number; cursor?: string | undefined },
): Promise<StreamAnswer> {
  const standard = standardOf(deps, ask.standard)
  if (standard.direction !== 'out') throw new Refusal('unprocessable', `“${standard.name}”是外单位送来的，不对外提供`)
  // A token that may take but open no case would get an empty file, which looks like an empty office.
  if (!TOPIC_PERMISSIONS.case.some((word) => person.permissions.has(word)))
    throw new Refusal('forbidden', '令牌的范围不含案件，请由双人批准后换发含案件查看范围的令牌')
  const rows = await deps.cases.progress(deps.records.read, person, ask.cursor || null, ask.limit)
  const cursor = rows.length === ask.limit ? (rows.at(-1)?.place ?? null) : null
  const head = { schema: standard.id, version: standard.version, unit: deps.config.site.site }
  if (ask.format === 'json') {
    const records = rows.map(({ version, values }) => ({ ...values, [VERSION_COLUMN]: version }))
    return {
      stream: Readable.from([JSON.stringify({ ...head, cursor, records })]),
      contentType: 'application/json; charset=utf-8',
      filename: `${standard.id}.json`,
    }
  }
  const columns = [...standard.fields.map(({ id }) => id), VERSION_COLUMN]
  const says = Object.entries({ ...head, ...(cursor === null ? {} : { cursor }) }).map(
    ([key, value]) => `${key}=${value}`,
  )
  const lines = [
    `\ufeff#${says.join(';')}\r\n`,
    csvLine(columns),
    ...rows.map(({ version, values }) =>
      csvLine(columns.map((id) => (id === VERSION_COLUMN ? version : (values[id] ?? '')))),
    ),
  ]
  return { stream: Readable.from(lines), contentType: 'text/csv; charset=utf-8', filename: `${standard.id}.csv` }
}
