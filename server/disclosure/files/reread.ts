import { rereadDocx } from './docx-reread.ts'
import type { SecondReading } from './model.ts'

export async function reread(bytes: Buffer, format: 'docx' | 'pdf'): Promise<SecondReading> {
  return format === 'docx' ? rereadDocx(bytes) : (await import('./pdf-reread.ts')).rereadPdf(bytes)
}
