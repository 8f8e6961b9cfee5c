import type {
  Decided,
  FileItem,
  ReadingResult,
  SuggestionKind,
  Verdict,
} from '../../../contract/http/assist-reading.ts'
import type { Reader, Tx } from '../../feature.ts'
import type { ReadingTables as Tables } from './tables.ts'
import type { Paragraph, SourceText } from './text.ts'

/** Files of cases, readings of them, and what people decided. */
const on = (db: Reader | Tx) => db.withTables<Tables>()
const FILE = ['id', 'name', 'format', 'size', 'hash', 'by', 'at_ms', 'pages', 'scanned', 'warnings'] as const
type FileRow = Pick<Tables['assist_file'], (typeof FILE)[number]> & { characters: number | null }

const toItem = (row: FileRow): FileItem => ({
  id: row.id,
  name: row.name,
  format: row.format === 'docx' || row.format === 'pdf' ? row.format : 'txt',
  size: Number(row.size),
  hash: row.hash,
  by: row.by,
  at: Number(row.at_ms),
  characters: row.characters === null ? null : Number(row.characters),
  pages: row.pages === null ? null : Number(row.pages),
  scanned: Number(row.scanned),
  warnings: JSON.parse(row.warnings) as string[],
})

export async function filesOf(db: Reader | Tx, caseId: string): Promise<FileItem[]> {
  const rows = await on(db)
    .selectFrom('assist_file')
    .select((eb) => [...FILE, eb.fn<number | null>('length', ['text']).as('characters')])
    .where('case_id', '=', caseId)
    .orderBy('at_ms')
    .orderBy('id')
    .execute()
  return rows.map(toItem)
}
export async function addFile(tx: Tx, row: Tables['assist_file']): Promise<void> {
  await on(tx)
    .insertInto('assist_file')
    .values(row)
    .onConflict((conflict) => conflict.columns(['case_id', 'hash']).doNothing())
    .execute()
}
export async function removeFile(tx: Tx, caseId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await on(tx)
    .deleteFrom('assist_file')
    .where('case_id', '=', caseId)
    .where('id', '=', id)
    .executeTakeFirst()
  return Number(numDeletedRows) > 0
}
export async function bodyOf(db: Reader, id: string): Promise<Buffer | undefined> {
  const row = await on(db).selectFrom('assist_file').select('body').where('id', '=', id).executeTakeFirst()
  return row && Buffer.from(row.body, 'base64')
}

export interface OpenedFile {
  text: string
  paragraphs: readonly Paragraph[]
  pages: number | null
  scanned: number
  warnings: readonly string[]
}
export async function keepText(tx: Tx, id: string, opened: OpenedFile): Promise<void> {
  const { text, paragraphs, pages, scanned, warnings } = opened
  await on(tx)
    .updateTable('assist_file')
    .set({
      text,
      paragraphs: JSON.stringify(paragraphs.map(({ start, end, page }) => [start, end, page])),
      pages,
      scanned,
      warnings: JSON.stringify(warnings),
    })
    .where('id', '=', id)
    .execute()
}
export async function textOf(db: Reader, caseId: string, id: string): Promise<SourceText | undefined> {
  const row = await on(db)
    .selectFrom('assist_file')
    .select(['id', 'name', 'text', 'paragraphs'])
    .where('case_id', '=', caseId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row || row.text === null) return undefined
  const paragraphs = (JSON.parse(row.paragraphs ?? '[]') as [number, number, number | null][]).map(
    ([start, end, page]) => ({ start, end, page }),
  )
  return { file: row.id, name: row.name, text: row.text, paragraphs }
}

type ReadingRow = Tables['assist_reading']
export async function addReading(tx: Tx, row: ReadingRow): Promise<void> {
  await on(tx).insertInto('assist_reading').values(row).execute()
}
/** Only a running one ends; false when it had ended before. */
export async function endReading(
  tx: Tx,
  id: string,
  end: Pick<ReadingRow, 'state' | 'problem' | 'result' | 'finished_ms'>,
): Promise<boolean> {
  const { numUpdatedRows } = await on(tx)
    .updateTable('assist_reading')
    .set(end)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return Number(numUpdatedRows) > 0
}
/** It lives, and is so far. False when somebody has ended it meanwhile. */
export async function beat(tx: Tx, id: string, at: number, progress: number, step: string): Promise<boolean> {
  const { numUpdatedRows } = await on(tx)
    .updateTable('assist_reading')
    .set({ beat_ms: at, progress, step })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return Number(numUpdatedRows) > 0
}
/** What a stop of a server left behind: nobody has said for a minute that it lives. */
export async function endAbandoned(tx: Tx, now: number): Promise<void> {
  await on(tx)
    .updateTable('assist_reading')
    .set({ state: 'failed', problem: '服务重启，阅卷中断，请重新开始', finished_ms: now })
    .where('state', '=', 'running')
    .where((eb) => eb(eb.fn.coalesce('beat_ms', 'started_ms'), '<', now - 60_000))
    .execute()
}
export const lastReading = (db: Reader | Tx, caseId: string) =>
  on(db)
    .selectFrom('assist_reading')
    .select(['id', 'state', 'problem', 'files', 'by', 'started_ms', 'finished_ms', 'progress', 'step'])
    .where('case_id', '=', caseId)
    .orderBy('started_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
export type ReadingHead = NonNullable<Awaited<ReturnType<typeof lastReading>>>
/** Of the last reading that came to its end. */
export async function lastResult(db: Reader, caseId: string): Promise<ReadingResult | null> {
  const row = await on(db)
    .selectFrom('assist_reading')
    .select('result')
    .where('case_id', '=', caseId)
    .where('state', '=', 'done')
    .orderBy('started_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.result ? (JSON.parse(row.result) as ReadingResult) : null
}
export async function dropReadings(tx: Tx, caseId: string): Promise<void> {
  await on(tx).deleteFrom('assist_reading').where('case_id', '=', caseId).where('state', '!=', 'running').execute()
}
/** Files and last reading of many cases at once. */
export async function countsOf(db: Reader, caseIds: readonly string[]) {
  if (caseIds.length === 0) return new Map<string, { files: number; readAt: number | null }>()
  const [files, read] = await Promise.all([
    on(db)
      .selectFrom('assist_file')
      .select((eb) => ['case_id', eb.fn.countAll<number>().as('n')])
      .where('case_id', 'in', caseIds)
      .groupBy('case_id')
      .execute(),
    on(db)
      .selectFrom('assist_reading')
      .select((eb) => ['case_id', eb.fn.max('finished_ms').as('at')])
      .where('case_id', 'in', caseIds)
      .where('state', '=', 'done')
      .groupBy('case_id')
      .execute(),
  ])
  const at = new Map(read.map((row) => [row.case_id, row.at === null ? null : Number(row.at)]))
  return new Map(files.map(({ case_id, n }) => [case_id, { files: Number(n), readAt: at.get(case_id) ?? null }]))
}

export async function addDecision(tx: Tx, row: Tables['assist_decision']): Promise<void> {
  await on(tx).insertInto('assist_decision').values(row).execute()
}
export async function decisionsOf(db: Reader, caseId: string): Promise<Record<string, Decided>> {
  const rows = await on(db)
    .selectFrom('assist_decision')
    .selectAll()
    .where('case_id', '=', caseId)
    .orderBy('at_ms')
    .orderBy('id')
    .execute()
  return Object.fromEntries(
    rows.map(({ subject, verdict, note, by, at_ms }) => [
      subject,
      { verdict: verdict as Verdict, note, by, at: Number(at_ms) },
    ]),
  )
}
/** The last word on each suggestion since a moment. */
export async function verdictsSince(
  db: Reader,
  since: number,
): Promise<{ kind: SuggestionKind; verdict: Verdict; count: number }[]> {
  const rows = await on(db)
    .selectFrom('assist_decision')
    .select(['kind', 'subject', 'case_id', 'verdict'])
    .where('at_ms', '>=', since)
    .orderBy('at_ms')
    .orderBy('id')
    .execute()
  const last = new Map(rows.map((row) => [`${row.case_id}|${row.subject}`, row]))
  const groups = Map.groupBy(last.values(), ({ kind, verdict }) => `${kind}|${verdict}`)
  return [...groups].map(([key, list]) => {
    const [kind, verdict] = key.split('|')
    return { kind: kind as SuggestionKind, verdict: verdict as Verdict, count: list.length }
  })
}
