import type { Replacement } from '../../contract/http/disclosure.ts'
import { replaced } from './files/flat.ts'
import type { Block } from './files/model.ts'

/** A copy, never the original: a new file from the words with their masks in. */
export async function makeCopy(
  blocks: readonly Block[],
  replacements: readonly Replacement[],
  format: 'docx' | 'pdf',
): Promise<Buffer> {
  const clean = replaced(blocks, replacements)
  return format === 'docx'
    ? (await import('./files/docx-write.ts')).writeDocx(clean)
    : (await import('./files/pdf-write.ts')).writePdf(clean)
}
