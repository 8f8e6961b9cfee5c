import type { ExchangeStandard } from '../../../config/exchange.ts'
import type { MappingBody } from '../../../contract/http/sharing-exchange.ts'
import type { Turn } from '../../feature.ts'
import type { ExchangeDeps } from './context.ts'
import {
  insertBatch,
  insertQuarantine,
  insertRecords,
  knownVersions,
  retireLatest,
  type StoredBatch,
  type StoredRecord,
  type StoredRow,
} from './repository.ts'
import { type Cells, fateOf, type Known, type Problem, type ReadRecord, readRow } from './rules.ts'

export interface Given {
  standard: ExchangeStandard
  mapping: MappingBody
  mappingId: string | null
  rows: readonly Cells[]
  fileHash: string
  by: string
}
export interface Taken {
  batch: StoredBatch
  problems: (Problem & { row: number })[]
}

/** Takes a whole file in one turn: good rows are kept, bad ones set aside, each row counted in exactly one place. */
export async function accept(deps: ExchangeDeps, turn: Turn, given: Given): Promise<Taken> {
  const { standard, mapping } = given
  const id = deps.newId()
  const read = given.rows.map((row, n) => ({ n: n + 1, row, ...split(readRow(standard, mapping, row)) }))
  const good = read.flatMap(({ n, row, record }) => (record ? [{ n, row, record }] : []))
  const of = { standard: standard.id, unit: mapping.unit }
  const known = await knownVersions(
    turn.tx,
    of,
    good.map(({ record }) => record.key),
  )
  const problems = read.flatMap(({ n, row, problem }) => (problem ? [{ n, row, problem }] : []))
  const fresh: Omit<StoredRecord, 'seq'>[] = []
  let [older, unchanged] = [0, 0]
  for (const { n, row, record } of good) {
    const versions: Known = known.get(record.key) ?? new Map()
    const { fate, version } = fateOf(versions, record, turn.now)
    if (fate === 'unchanged') unchanged++
    else if (fate === 'conflict') problems.push({ n, row, problem: conflictOf(record) })
    else {
      if (fate === 'older') older++
      known.set(record.key, versions.set(version, record.hash))
      fresh.push(toRow(given, record, { version, batch: id, now: turn.now }))
    }
  }
  await keep(turn, of, fresh, known)
  const quarantined = problems.map(
    ({ n, row, problem }): StoredRow => toQuarantine(deps, given, id, turn.now, n, row, problem),
  )
  await insertQuarantine(turn.tx, quarantined)
  const batch: StoredBatch = {
    id,
    at_ms: turn.now,
    ...of,
    by: given.by,
    mapping: given.mappingId,
    file_hash: given.fileHash,
    rows: given.rows.length,
    accepted: fresh.length,
    older,
    unchanged,
    quarantined: problems.length,
  }
  await insertBatch(turn.tx, batch)
  return { batch, problems: problems.map(({ n, problem }) => ({ row: n, ...problem })) }
}

const split = (reading: ReturnType<typeof readRow>) => ({
  record: 'record' in reading ? reading.record : null,
  problem: 'problem' in reading ? reading.problem : null,
})
const conflictOf = ({ key, version }: ReadRecord): Problem => ({
  reason: 'version-conflict',
  field: null,
  message: `“${key}”的版本 ${version === null ? '（同一时刻）' : version.slice(1).replace(/^0+(?=\d)/, '')} 已有不同内容，请升版本后再送`,
})

/** The newest version of each key is marked; a file may hold several of one key. */
async function keep(
  turn: Turn,
  of: { standard: string; unit: string },
  fresh: readonly Omit<StoredRecord, 'seq'>[],
  known: ReadonlyMap<string, Known>,
): Promise<void> {
  const newest = (key: string) => [...(known.get(key)?.keys() ?? [])].sort().at(-1)
  const leading = new Set(fresh.filter(({ key, version }) => newest(key) === version).map(({ key }) => key))
  await retireLatest(turn.tx, of, [...leading])
  await insertRecords(
    turn.tx,
    fresh.map((row) => ({ ...row, latest: newest(row.key) === row.version ? 1 : 0 })),
  )
}

function toRow(
  { standard, mapping }: Given,
  record: ReadRecord,
  at: { version: string; batch: string; now: number },
): Omit<StoredRecord, 'seq'> {
  const caseField = standard.fields.find(({ kind }) => kind === 'case-no')
  return {
    standard: standard.id,
    unit: mapping.unit,
    key: record.key,
    version: at.version,
    hash: record.hash,
    body: JSON.stringify(record.values),
    missing: record.missing.join(','),
    case_no: (caseField && record.values[caseField.id]) ?? null,
    batch: at.batch,
    received_ms: at.now,
    latest: 0,
  }
}

const toQuarantine = (
  deps: ExchangeDeps,
  { standard, mapping }: Given,
  batch: string,
  now: number,
  n: number,
  row: Cells,
  { reason, field, message }: Problem,
): StoredRow => ({
  id: deps.newId(),
  batch,
  standard: standard.id,
  unit: mapping.unit,
  mapping: JSON.stringify(mapping),
  row: n,
  reason,
  field,
  message,
  raw: JSON.stringify(row),
  state: 'open',
  at_ms: now,
  note: null,
  closed_by: null,
})
