import type { FileFormat } from '../../../contract/http/disclosure.ts'

/** What a file says, without how it is dressed: all that goes into a copy. */
export type BlockStyle = 'title' | 'heading' | 'body' | 'header' | 'footer' | 'note'
export type Align = 'left' | 'center' | 'right' | 'both'
export interface Paragraph {
  style: BlockStyle
  align: Align
  text: string
}
export interface Table {
  style: 'table'
  rows: string[][]
}
export type Block = Paragraph | Table
export interface Extract {
  blocks: Block[]
  /** What was in the file and does not go into a copy, for the person who checks. */
  warnings: string[]
}
/** A part of an exported file as the second parser reads it; `names` = only names are looked for (attributes). */
export interface ReadPart {
  where: string
  text: string
  look: 'all' | 'names'
}
export interface SecondReading {
  parts: ReadPart[]
  /** Things that must not be in a copy at all: comments, revisions, hidden text, properties. */
  forbidden: { where: string; kind: string; count: number }[]
}

/** A file that is not taken; the sentence is for the person who uploads. */
export class DocumentRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DocumentRefused'
  }
}

/** Zip bombs, endless files: ideas of protocols.md 4.3, smaller because a document is small. */
export const LIMITS = {
  entries: 500,
  totalBytes: 64 * 1024 * 1024,
  entryBytes: 32 * 1024 * 1024,
  ratio: 200,
  ratioFromBytes: 1024 * 1024,
  characters: 1_000_000,
  pages: 500,
  depth: 200,
} as const

/** By content first, then by name. @throws DocumentRefused */
export function formatOf(bytes: Uint8Array, name: string): FileFormat {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1')
  if (head.startsWith('PK\u0003\u0004')) return 'docx'
  if (head.slice(0, 1024).includes('%PDF-')) return 'pdf'
  if (head.startsWith('\u00d0\u00cf\u0011\u00e0'))
    throw new DocumentRefused('这是旧格式 .doc（或加密的文件），请另存为 .docx 后再上传')
  if (/\.(txt|text)$/i.test(name)) return 'txt'
  throw new DocumentRefused('只接收 .docx、.pdf、.txt')
}

export const ENDINGS: Readonly<Record<FileFormat, readonly [ending: string, media: string]>> = {
  docx: ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  pdf: ['pdf', 'application/pdf'],
  txt: ['txt', 'text/plain'],
}
