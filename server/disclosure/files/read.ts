import type { FileFormat } from '../../../contract/http/disclosure.ts'
import { readDocx } from './docx-read.ts'
import { textOf } from './flat.ts'
import { DocumentRefused, type Extract, LIMITS } from './model.ts'
import { readText } from './text-read.ts'

/** @throws DocumentRefused */
export async function readFile(bytes: Uint8Array, format: FileFormat): Promise<Extract> {
  const extract = await byFormat(bytes, format)
  const length = textOf(extract).length
  if (length > LIMITS.characters) throw new DocumentRefused(`文字过长（${length} 字），请分开上传`)
  if (length === 0 || !/\S/.test(textOf(extract))) throw new DocumentRefused('文件中没有文字')
  return extract
}

async function byFormat(bytes: Uint8Array, format: FileFormat): Promise<Extract> {
  if (format === 'docx') return readDocx(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (format === 'pdf') return (await import('./pdf-read.ts')).readPdf(bytes)
  return readText(bytes)
}

/** The same for reading on the screen: a PDF page by page, and a scan is no fault. @throws DocumentRefused */
export async function readPages(
  bytes: Uint8Array,
  format: FileFormat,
): Promise<{ parts: { page: number | null; text: string }[]; warnings: string[] }> {
  if (format !== 'pdf') {
    const extract = await readFile(bytes, format)
    return { parts: [{ page: null, text: textOf(extract).trimEnd() }], warnings: extract.warnings }
  }
  const pages = await (await import('./pdf-read.ts')).readPdfPages(bytes)
  const length = pages.reduce((sum, text) => sum + text.length, 0)
  if (length > LIMITS.characters) throw new DocumentRefused(`文字过长（${length} 字），请分开上传`)
  return { parts: pages.map((text, at) => ({ page: at + 1, text })), warnings: [] }
}
