import type { Config } from '../../config/load.ts'
import type { Principal, Reader, Records, Tx } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { Ocr } from './ocr.ts'

/** What assisted handling knows of a case; by the port of the cases only those that the person may open. */
export interface AssistCase {
  id: string
  caseNo: string
  unifiedNo: string | null
  type: string
  kind: string
  cause: string | null
  department: string | null
  handler: { id: string; name: string; title: string } | null
  accepted: string | null
  assigned: string | null
  due: string | null
  node: string | null
  custody: boolean
  coercion: string | null
  closed: string | null
  outcome: string | null
  restricted: boolean
}
export interface AssistCases {
  find(db: Reader | Tx, person: Principal, id: string): Promise<AssistCase | undefined>
  list(
    db: Reader,
    person: Principal,
    q: string,
    page: { cursor: string; limit: number; now: number },
  ): Promise<{ items: AssistCase[]; next: string | null }>
  openable(db: Reader, person: Principal, caseNos: readonly string[]): Promise<Set<string>>
}
type Align = 'left' | 'center' | 'right' | 'both'
export type DocxBlock =
  | { style: 'title' | 'heading' | 'body' | 'footer'; align: Align; text: string }
  | { style: 'table'; rows: string[][] }
export interface Documents {
  formatOf(bytes: Uint8Array, name: string): 'docx' | 'pdf' | 'txt'
  pages(
    bytes: Uint8Array,
    format: 'docx' | 'pdf' | 'txt',
  ): Promise<{ parts: { page: number | null; text: string }[]; warnings: string[] }>
  docx(blocks: readonly DocxBlock[]): Promise<Buffer>
}
export interface AssistDeps {
  config: Config
  records: Records
  cases: AssistCases
  documents: Documents
  ocr: Ocr
  /** Texts of the first sheet of a table file. @throws Error with words for people */
  readTable(bytes: Buffer): Promise<{ rows: string[][]; warnings: string[] }>
  /** Epoch ms, for jobs that outlive their call. */
  now(): number
  newId(): string
  failed(error: unknown): void
}

/** @throws Refusal `not-found`: a stranger's case answers like one that does not exist */
export async function openCase({ cases, records }: AssistDeps, person: Principal, id: string): Promise<AssistCase> {
  const found = await cases.find(records.read, person, id)
  if (!found) throw new Refusal('not-found', '没有这件案件，或无权查看')
  return found
}
