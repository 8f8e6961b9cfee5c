import type { QuarantineReason } from '../../../contract/quarantine.ts'

/** protocols.md 4.3 */
export const LIMITS = {
  fileBytes: 50 * 1024 * 1024,
  entries: 500,
  totalBytes: 200 * 1024 * 1024,
  entryBytes: 100 * 1024 * 1024,
  ratio: 200,
  /** Below this size a high ratio harms nobody (styles of many equal lines). */
  ratioFromBytes: 1024 * 1024,
  /** 200,000 of data, and title, header and sum rows beside them. */
  rows: 200_100,
  columns: 256,
  cells: 3_000_000,
  cellChars: 32_767,
  strings: 2_000_000,
} as const

/** A file that is not taken, with a reason of the closed list and a Chinese sentence. */
export class FileRefused extends Error {
  readonly reason: QuarantineReason
  constructor(reason: QuarantineReason, detail: string) {
    super(detail)
    this.name = 'FileRefused'
    this.reason = reason
  }
}
