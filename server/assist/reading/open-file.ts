import { Refusal } from '../../refusal.ts'
import type { AssistDeps } from '../context.ts'
import { bodyOf, keepText, type OpenedFile } from './repository.ts'
import type { ReadingTables } from './tables.ts'
import { sourceText } from './text.ts'

/** A page with less than this is a scan. */
const FEW = 8
/** More scanned pages than this are not recognised in one reading. */
const MOST_SCANNED = 200
type Tell = (share: number, step: string) => void

/** Opens a file once and keeps its words: bad files keep a warning and no text, and the reading goes on. */
export async function openFile(deps: AssistDeps, id: string, signal: AbortSignal, tell: Tell): Promise<void> {
  const { records } = deps
  const row = await records.read
    .withTables<ReadingTables>()
    .selectFrom('assist_file')
    .select(['name', 'format', 'text', 'scanned', 'warnings'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return
  // Opened before; once more only where scans were left empty and can be read by now.
  const left = row.warnings.includes(NOT_RECOGNISED)
  if (row.text !== null && !(left && (await deps.ocr.missing()) === null)) return
  const bytes = await bodyOf(records.read, id)
  if (!bytes) return
  const format = row.format === 'pdf' || row.format === 'docx' ? row.format : 'txt'
  const opened = await words(deps, { id, name: row.name, format, bytes }, signal, tell)
  await records.write((turn) => keepText(turn.tx, id, opened))
}

const NOT_RECOGNISED = '扫描页没有识别'
interface Raw {
  id: string
  name: string
  format: 'docx' | 'pdf' | 'txt'
  bytes: Buffer
}
async function words(deps: AssistDeps, raw: Raw, signal: AbortSignal, tell: Tell): Promise<OpenedFile> {
  const nothing = { text: '', paragraphs: [], pages: null, scanned: 0 }
  try {
    const { parts, warnings } = await deps.documents.pages(raw.bytes, raw.format)
    const scans = parts.filter(({ page, text }) => page !== null && text.replaceAll(/\s/g, '').length < FEW)
    const said = [...warnings]
    const scanned = scans.length > 0 ? await recognise(deps, raw.bytes, scans, said, signal, tell) : 0
    const { text, paragraphs } = sourceText(raw.id, raw.name, parts)
    const pages = raw.format === 'pdf' ? parts.length : null
    return { text, paragraphs, pages, scanned, warnings: said }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ...nothing, warnings: [error.detail ?? error.message] }
  }
}

/** Puts the words of pictures into their pages. */
async function recognise(
  { ocr }: AssistDeps,
  bytes: Buffer,
  scans: { page: number | null; text: string }[],
  said: string[],
  signal: AbortSignal,
  tell: Tell,
): Promise<number> {
  const missing = await ocr.missing()
  if (missing) {
    said.push(`${scans.length} 页${NOT_RECOGNISED}：${missing}`)
    return 0
  }
  let done = 0
  for (const scan of scans.slice(0, MOST_SCANNED)) {
    signal.throwIfAborted()
    tell(done / scans.length, `识别扫描页 ${done + 1}/${scans.length}`)
    try {
      scan.text = await ocr.page(bytes, scan.page ?? 1, signal)
      done += 1
    } catch (error) {
      if (signal.aborted) throw error
      said.push(`第 ${scan.page} 页${error instanceof Error ? error.message : '识别失败'}`)
    }
  }
  if (scans.length > MOST_SCANNED) said.push(`扫描页超过 ${MOST_SCANNED} 页，其余没有识别，请分开上传`)
  if (done > 0) said.push(`${done} 页文字由识别得来，可能有错字，以原件为准`)
  return done
}
