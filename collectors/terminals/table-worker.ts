import { parentPort, workerData } from 'node:worker_threads'
import { readBook } from '../cases/parse.ts'
import { FileRefused } from '../cases/xlsx/limits.ts'
import { readTerminalTable } from './table.ts'
import type { TableProfile } from './table-profile.ts'
import type { TableAnswer } from './table-source.ts'

/** Runs in a thread of its own with little memory: whatever a file does, the collector lives. */
const { bytes, profile } = workerData as { bytes: Uint8Array; profile: TableProfile }

async function parse(): Promise<TableAnswer> {
  try {
    const book = await readBook(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    return { ok: true, table: readTerminalTable(book, profile) }
  } catch (error) {
    if (error instanceof FileRefused) return { ok: false, reason: error.reason, detail: error.message }
    throw error
  }
}

parentPort?.postMessage(await parse())
