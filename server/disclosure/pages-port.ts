import { Refusal } from '../refusal.ts'
import { apart } from './apart.ts'
import { DocumentRefused, formatOf } from './files/model.ts'

/** The readers and the writer of documents for other features, each file in a thread of its own; handed over by main.ts. */
export const documentPort = {
  /** By content first, then by name. @throws Refusal */
  formatOf(bytes: Uint8Array, name: string) {
    try {
      return formatOf(bytes, name)
    } catch (error) {
      if (error instanceof DocumentRefused) throw new Refusal('unprocessable', error.message)
      throw error
    }
  },
  /** @throws Refusal with what is wrong with the file */
  pages: (bytes: Uint8Array, format: 'docx' | 'pdf' | 'txt') => apart({ do: 'pages', bytes, format }),
  /** Tables are rows of cells. */
  async docx(
    blocks: readonly (
      | { style: 'title' | 'heading' | 'body' | 'footer'; align: 'left' | 'center' | 'right' | 'both'; text: string }
      | { style: 'table'; rows: string[][] }
    )[],
  ): Promise<Buffer> {
    return (await import('./files/docx-write.ts')).writeDocx(blocks)
  },
}
export type DocumentPort = typeof documentPort
