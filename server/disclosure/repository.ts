import { z } from 'zod'
import { DocumentKind, DocumentState, FileFormat, Party } from '../../contract/http/disclosure.ts'
import type { Reader, Tx } from '../feature.ts'
import type { Extract } from './files/model.ts'
import { type Manual, NO_MASKS } from './masks.ts'
import type { Copy, Disclosure } from './rules.ts'
import type { DisclosureTables as Tables } from './tables.ts'

/** Reads and writes documents of the publication; every move is conditional on the revision it was read in. */
const on = (db: Reader | Tx) => db.withTables<Tables>()

export interface StoredDisclosure extends Disclosure {
  masks: Manual
  publicTitle: string | null
  submittedMs: number
  movedMs: number
  rev: number
}

const Parties = z.array(Party)
const Format = z.enum(['docx', 'pdf'])
const toOne = (row: Tables['disclosure_document']): StoredDisclosure => {
  const copy = row.copy === null ? null : (JSON.parse(row.copy) as Copy)
  return {
    id: row.id,
    title: row.title,
    type: row.type,
    kind: DocumentKind.parse(row.kind),
    caseNo: row.case_no,
    department: row.department,
    submitter: row.submitter,
    reviewer: row.reviewer,
    exporter: row.exporter,
    rechecker: row.rechecker,
    publisher: row.publisher,
    parties: Parties.parse(JSON.parse(row.parties)),
    readyDay: row.ready_day,
    state: DocumentState.parse(row.state),
    due: row.due,
    provisional: row.provisional === 1,
    lateSubmit: row.late_submit === 1,
    ground: row.ground,
    file: row.file,
    copy: copy && { ...copy, format: Format.parse(copy.format) },
    masks: { ...NO_MASKS, ...(JSON.parse(row.masks) as Manual) },
    publicTitle: row.public_title,
    submittedMs: Number(row.submitted_ms),
    publishedMs: row.published_ms === null ? null : Number(row.published_ms),
    movedMs: Number(row.moved_ms),
    rev: Number(row.rev),
  }
}
const toRow = (one: StoredDisclosure): Tables['disclosure_document'] => ({
  id: one.id,
  title: one.title,
  type: one.type,
  kind: one.kind,
  case_no: one.caseNo,
  department: one.department,
  submitter: one.submitter,
  reviewer: one.reviewer,
  exporter: one.exporter,
  rechecker: one.rechecker,
  publisher: one.publisher,
  parties: JSON.stringify(one.parties),
  ready_day: one.readyDay,
  state: one.state,
  due: one.due,
  provisional: one.provisional ? 1 : 0,
  late_submit: one.lateSubmit ? 1 : 0,
  ground: one.ground,
  file: one.file,
  masks: JSON.stringify(one.masks),
  copy: one.copy && JSON.stringify(one.copy),
  public_title: one.publicTitle,
  submitted_ms: one.submittedMs,
  published_ms: one.publishedMs,
  moved_ms: one.movedMs,
  rev: one.rev,
})

export const insertOne = async (tx: Tx, one: StoredDisclosure): Promise<void> => {
  await on(tx).insertInto('disclosure_document').values(toRow(one)).execute()
}
/** Two at once, one effect: false when somebody has moved it meanwhile. */
export async function moveOne(tx: Tx, before: StoredDisclosure, after: StoredDisclosure): Promise<boolean> {
  const { id: _id, ...change } = toRow({ ...after, rev: before.rev + 1 })
  const result = await on(tx)
    .updateTable('disclosure_document')
    .set(change)
    .where('id', '=', before.id)
    .where('rev', '=', before.rev)
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}
export async function findOne(db: Reader | Tx, id: string): Promise<StoredDisclosure | undefined> {
  const row = await on(db).selectFrom('disclosure_document').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toOne(row)
}
/** Whose documents a caller may see; empty = all. */
export interface Scope {
  submitter?: string
  department?: string
}
export interface Filter extends Scope {
  states: readonly DocumentState[]
  dueBefore?: string
  offset: number
  limit: number
}
/** A page in the order of the due day; what waits for nothing comes last, newest first. */
export async function listAll(db: Reader, filter: Filter): Promise<StoredDisclosure[]> {
  const { submitter, department, states, dueBefore } = filter
  let query = on(db).selectFrom('disclosure_document').selectAll()
  if (department !== undefined) query = query.where('department', '=', department)
  else if (submitter !== undefined) query = query.where('submitter', '=', submitter)
  if (states.length > 0) query = query.where('state', 'in', [...states])
  if (dueBefore !== undefined) query = query.where('due', '<', dueBefore)
  const rows = await query
    .orderBy((eb) => eb.fn.coalesce('due', eb.val('9999-12-31')))
    .orderBy('moved_ms', 'desc')
    .orderBy('id')
    .offset(filter.offset)
    .limit(filter.limit)
    .execute()
  return rows.map(toOne)
}
/** Published ones, newest first. */
export async function listPublished(db: Reader, offset: number, limit: number): Promise<StoredDisclosure[]> {
  const rows = await on(db)
    .selectFrom('disclosure_document')
    .selectAll()
    .where('state', '=', 'published')
    .orderBy('published_ms', 'desc')
    .orderBy('id')
    .offset(offset)
    .limit(limit)
    .execute()
  return rows.map(toOne)
}
export async function openOnes(db: Reader | Tx): Promise<StoredDisclosure[]> {
  const open: DocumentState[] = ['review', 'export', 'recheck', 'publish']
  const rows = await on(db).selectFrom('disclosure_document').selectAll().where('state', 'in', open).execute()
  return rows.map(toOne)
}
/** Documents that came into a final state since a moment, by ground. */
export async function groundsSince(db: Reader, since: number): Promise<Map<string, number>> {
  const rows = await on(db)
    .selectFrom('disclosure_document')
    .select((eb) => ['ground', eb.fn.countAll<number>().as('n')])
    .where('state', '=', 'excluded')
    .where('moved_ms', '>=', since)
    .groupBy('ground')
    .execute()
  return new Map(rows.map(({ ground, n }) => [ground ?? '', Number(n)]))
}

export interface StoredFile {
  hash: string
  name: string
  format: FileFormat
  size: number
  extract: Extract
}
export async function insertFile(tx: Tx, row: Tables['disclosure_file']): Promise<void> {
  await on(tx)
    .insertInto('disclosure_file')
    .values(row)
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute()
}
export async function findFile(db: Reader | Tx, hash: string): Promise<StoredFile | undefined> {
  const row = await on(db)
    .selectFrom('disclosure_file')
    .select(['hash', 'name', 'format', 'size', 'extract'])
    .where('hash', '=', hash)
    .executeTakeFirst()
  if (!row) return undefined
  const { hash: own, name, format, size, extract } = row
  return {
    hash: own,
    name,
    format: FileFormat.parse(format),
    size: Number(size),
    extract: JSON.parse(extract) as Extract,
  }
}
/** Uploads that nobody has submitted within the day. */
export async function dropLooseFiles(tx: Tx, before: number): Promise<void> {
  await on(tx)
    .deleteFrom('disclosure_file')
    .where('at_ms', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('disclosure_document')
            .select('disclosure_document.id')
            .whereRef('disclosure_document.file', '=', 'disclosure_file.hash'),
        ),
      ),
    )
    .execute()
}
export async function saveCopy(tx: Tx, documentId: string, hash: string, bytes: Uint8Array, at: number): Promise<void> {
  await on(tx)
    .insertInto('disclosure_copy')
    .values({ document_id: documentId, hash, body: Buffer.from(bytes).toString('base64'), at_ms: at })
    .onConflict((conflict) => conflict.columns(['document_id', 'hash']).doNothing())
    .execute()
}
export async function findCopy(db: Reader | Tx, documentId: string, hash: string): Promise<Buffer | undefined> {
  const row = await on(db)
    .selectFrom('disclosure_copy')
    .select('body')
    .where('document_id', '=', documentId)
    .where('hash', '=', hash)
    .executeTakeFirst()
  return row && Buffer.from(row.body, 'base64')
}

export const addNote = async (tx: Tx, note: Tables['disclosure_note']): Promise<void> => {
  await on(tx).insertInto('disclosure_note').values(note).execute()
}
export const notesOf = (db: Reader, documentId: string): Promise<Tables['disclosure_note'][]> =>
  on(db).selectFrom('disclosure_note').selectAll().where('document_id', '=', documentId).orderBy('seq').execute()
export async function countNotes(db: Reader, action: string, since: number, outcome?: string): Promise<number> {
  let query = on(db)
    .selectFrom('disclosure_note')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('action', '=', action)
    .where('at_ms', '>=', since)
  if (outcome !== undefined) query = query.where('outcome', '=', outcome)
  return Number((await query.executeTakeFirstOrThrow()).n)
}
