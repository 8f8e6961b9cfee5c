import { createHash } from 'node:crypto'
import {
  exchangeRoutes as api,
  EXCHANGE_KINDS,
  EXCHANGE_REASONS,
  ExchangeReason,
  type ExchangeRow,
  type Mapping,
  MappingBody,
} from '../../../contract/http/sharing-exchange.ts'
import { type BoundRoute, bind, type Principal, type Turn } from '../../feature.ts'
import { offsetOf } from '../../offset.ts'
import { Refusal } from '../../refusal.ts'
import { accept, type Taken } from './accept.ts'
import { type ExchangeDeps, standardOf, unitName } from './context.ts'
import { qualityReport } from './quality.ts'
import {
  closeRow,
  findRow,
  latestMappings,
  latestRecords,
  listBatches,
  listQuarantine,
  type StoredBatch,
  type StoredRow,
  saveMapping,
} from './repository.ts'
import { type Cells, plainMapping, readFile, readRow, textOf, versionWord } from './rules.ts'
import { takeFile } from './take.ts'

/** Problems that an answer shows; all of them lie in quarantine. */
const SHOWN = 50

export function exchangeTableRoutes(deps: ExchangeDeps): BoundRoute[] {
  const { config, records } = deps
  const { standards, units } = config.exchange
  return [
    bind(api.standards, async () => ({
      standards: standards.map((standard) => ({
        ...standard,
        fields: standard.fields.map((field) => ({ ...field, kindName: EXCHANGE_KINDS[field.kind] })),
      })),
      units: units.map(({ id, name }) => ({ id, name })),
      mappings: (await latestMappings(records.read)).map(presentMapping),
    })),
    bind(api.give, async ({ person, query, body }) => {
      const bytes = body as unknown as Uint8Array
      const file = readFile(textOf(bytes))
      const mapping = query.mapping ? await mappingOf(deps, query.mapping) : null
      const standard = standardOf(deps, mapping?.standard ?? file.schema)
      if (file.schema !== null && file.schema !== standard.id)
        throw new Refusal('unprocessable', `文件按“${file.schema}”，对应关系却是“${standard.id}”的`)
      if (file.version === null ? !mapping : file.version !== standard.version)
        throw new Refusal(
          'unprocessable',
          `文件须写明标准版本 ${standard.version}，现为“${file.version ?? '未写'}”；标准已变时请按新版重新导出`,
        )
      if (standard.direction !== 'in') throw new Refusal('unprocessable', `“${standard.name}”只供外单位取，不收`)
      const unit = mapping?.unit ?? file.unit
      givingFor(deps, person, unit)
      const used = mapping ?? plainMapping(standard, unit ?? '')
      const taken = await records.write((turn) =>
        accept(deps, turn, {
          standard,
          mapping: used,
          mappingId: query.mapping ?? null,
          rows: file.rows,
          fileHash: createHash('sha256').update(bytes).digest('hex'),
          by: person.username,
        }),
      )
      return { ...presentBatch(deps, taken.batch), problems: taken.problems.slice(0, SHOWN) }
    }),
    bind(api.take, ({ person, query }) => takeFile(deps, person, query)),
    bind(api.dryRun, async ({ body }) => {
      const { mapping } = body
      const standard = checkMapping(deps, mapping)
      const file = readFile(body.sample)
      const read = file.rows.map((row, n) => ({ row: n + 1, reading: readRow(standard, mapping, row) }))
      const good = read.flatMap(({ reading }) => ('record' in reading ? [reading.record] : []))
      const bad = read.flatMap(({ row, reading }) => ('problem' in reading ? [{ row, ...reading.problem }] : []))
      return {
        columns: file.columns,
        rows: file.rows.length,
        good: good.length,
        problems: bad.slice(0, SHOWN),
        sample: good.slice(0, 10).map(({ key, values }) => ({ key, values })),
      }
    }),
    bind(api.saveMapping, async ({ person, body }) => {
      checkMapping(deps, body.mapping)
      return records.write(async (turn) => {
        const before = body.id ? (await latestMappings(turn.tx)).find(({ id }) => id === body.id) : undefined
        if (body.id && !before) throw new Refusal('not-found', '没有这份对应关系')
        const row = {
          id: before?.id ?? deps.newId(),
          rev: (before?.rev ?? 0) + 1,
          body: JSON.stringify(body.mapping),
          changed_ms: turn.now,
          by: person.username,
          latest: 1,
        }
        await saveMapping(turn.tx, row)
        return presentMapping(row)
      })
    }),
    bind(api.batches, async ({ query }) => {
      const rows = await listBatches(records.read, placeOf(query.cursor), query.limit)
      return { items: rows.map((row) => presentBatch(deps, row)), cursor: next(rows, query.limit) }
    }),
    bind(api.records, async ({ query }) => {
      const standard = standardOf(deps, query.standard)
      const after = offsetOf(query.cursor)
      if (!Number.isSafeInteger(after)) throw badCursor()
      const rows = await latestRecords(records.read, {
        standard: standard.id,
        unit: query.unit,
        after,
        limit: query.limit,
      })
      const last = rows.length === query.limit ? rows.at(-1) : undefined
      return {
        items: rows.map((row) => ({
          key: row.key,
          unit: row.unit,
          unitName: unitName(deps, row.unit),
          version: versionWord(row.version),
          receivedAt: Number(row.received_ms),
          values: JSON.parse(row.body) as Record<string, string>,
        })),
        cursor: last ? String(last.seq) : null,
      }
    }),
    bind(api.quarantine, async ({ query }) => {
      const rows = await listQuarantine(records.read, query.state, placeOf(query.cursor), query.limit)
      return { items: rows.map((row) => presentRow(deps, row)), cursor: next(rows, query.limit) }
    }),
    bind(api.fix, ({ person, params, body }) =>
      records.write(async (turn) => {
        const row = await closable(turn, params.id)
        const taken = await again(deps, turn, row, body.raw, person)
        const [problem] = taken.problems
        if (problem) throw new Refusal('unprocessable', `改正后仍不能收：${problem.message}`)
        await closeRow(turn.tx, row.id, { state: 'fixed', note: body.reason, closed_by: person.username })
        return presentRow(deps, (await findRow(turn.tx, row.id)) ?? row)
      }),
    ),
    bind(api.discard, ({ person, params, body }) =>
      records.write(async (turn) => {
        const row = await closable(turn, params.id)
        await closeRow(turn.tx, row.id, { state: 'discarded', note: body.reason, closed_by: person.username })
        return presentRow(deps, (await findRow(turn.tx, row.id)) ?? row)
      }),
    ),
    bind(api.quality, ({ now }) => qualityReport(deps, now)),
  ]
}

async function closable(turn: Turn, id: string): Promise<StoredRow> {
  const row = await findRow(turn.tx, id)
  if (!row) throw new Refusal('not-found', '没有这一行')
  if (row.state !== 'open') throw new Refusal('conflict', '这一行已经处理过')
  return row
}

/** A mended row goes the way of every row; what fails rolls the turn back and leaves it where it was. */
const again = (deps: ExchangeDeps, turn: Turn, row: StoredRow, raw: Cells, person: Principal): Promise<Taken> =>
  accept(deps, turn, {
    standard: standardOf(deps, row.standard),
    mapping: MappingBody.parse(JSON.parse(row.mapping)),
    mappingId: null,
    rows: [raw],
    fileHash: createHash('sha256').update(JSON.stringify(raw)).digest('hex'),
    by: person.username,
  })

/** A unit's own account gives in its name only; the office's own hands over for anybody. */
function givingFor({ config }: ExchangeDeps, person: Principal, id: string | null): void {
  const { units } = config.exchange
  const unit = units.find((one) => one.id === id)
  if (!unit)
    throw new Refusal(
      'unprocessable',
      `文件须写明单位，现为“${id ?? '未写'}”，可用：${units.map((one) => one.id).join('、')}`,
    )
  const own = units.find(({ accounts }) => accounts.includes(person.username))
  if (own ? own.id !== unit.id : !person.permissions.has('exchange.write') && unit.accounts.length > 0)
    throw new Refusal('forbidden', `此账号不能以“${unit.name}”的名义送数据`)
}

async function mappingOf(deps: ExchangeDeps, id: string): Promise<MappingBody> {
  const row = (await latestMappings(deps.records.read)).find((one) => one.id === id)
  if (!row) throw new Refusal('not-found', '没有这份对应关系')
  const mapping = MappingBody.parse(JSON.parse(row.body))
  checkMapping(deps, mapping)
  return mapping
}

/** The standard of a mapping that can be used. @throws Refusal naming the place */
function checkMapping(deps: ExchangeDeps, mapping: MappingBody) {
  const standard = standardOf(deps, mapping.standard)
  if (standard.direction !== 'in') throw new Refusal('unprocessable', `“${standard.name}”只供外单位取，不收`)
  if (!deps.config.exchange.units.some(({ id }) => id === mapping.unit))
    throw new Refusal('unprocessable', undefined, [{ path: 'mapping.unit', message: '没有这个单位' }])
  const seen = new Set<string>()
  mapping.fields.forEach(({ to }, n) => {
    const path = `mapping.fields.${n}.to`
    if (!standard.fields.some(({ id }) => id === to))
      throw new Refusal('unprocessable', undefined, [{ path, message: `标准里没有字段“${to}”` }])
    if (seen.has(to)) throw new Refusal('unprocessable', undefined, [{ path, message: `字段“${to}”对应了两次` }])
    seen.add(to)
  })
  const lacking = standard.fields.filter(({ id, required }) => required && !seen.has(id))
  if (lacking.length > 0)
    throw new Refusal('unprocessable', undefined, [
      { path: 'mapping.fields', message: `必填字段还没有对应：${lacking.map(({ name }) => name).join('、')}` },
    ])
  return standard
}

const presentMapping = (row: { id: string; rev: number; body: string; changed_ms: number; by: string }): Mapping => ({
  ...MappingBody.parse(JSON.parse(row.body)),
  id: row.id,
  rev: row.rev,
  changedAt: Number(row.changed_ms),
  by: row.by,
})
const nameOf = ({ config }: ExchangeDeps, standard: string): string =>
  config.exchange.standards.find(({ id }) => id === standard)?.name ?? standard
const presentBatch = (deps: ExchangeDeps, row: StoredBatch) => ({
  id: row.id,
  at: Number(row.at_ms),
  standard: row.standard,
  standardName: nameOf(deps, row.standard),
  unit: row.unit,
  unitName: unitName(deps, row.unit),
  by: row.by,
  rows: row.rows,
  accepted: row.accepted,
  older: row.older,
  unchanged: row.unchanged,
  quarantined: row.quarantined,
})
function presentRow(deps: ExchangeDeps, row: StoredRow): ExchangeRow {
  const reason = ExchangeReason.parse(row.reason)
  const standard = deps.config.exchange.standards.find(({ id }) => id === row.standard)
  return {
    id: row.id,
    batch: row.batch,
    at: Number(row.at_ms),
    standardName: nameOf(deps, row.standard),
    unitName: unitName(deps, row.unit),
    row: row.row,
    reason,
    reasonName: EXCHANGE_REASONS[reason],
    field: standard?.fields.find(({ id }) => id === row.field)?.name ?? row.field,
    message: row.message,
    raw: JSON.parse(row.raw) as Record<string, string>,
    state: row.state === 'fixed' || row.state === 'discarded' ? row.state : 'open',
    note: row.note,
  }
}

const badCursor = () => new Refusal('unprocessable', undefined, [{ path: 'cursor', message: '不是本列表给出的位置' }])
function placeOf(cursor: string | undefined): [number, string] | null {
  if (!cursor) return null
  const [at = '', id = ''] = cursor.split('~')
  if (!Number.isSafeInteger(Number(at))) throw badCursor()
  return [Number(at), id]
}
function next(rows: readonly { at_ms: number; id: string }[], limit: number): string | null {
  const last = rows.length === limit ? rows.at(-1) : undefined
  return last ? `${last.at_ms}~${last.id}` : null
}
