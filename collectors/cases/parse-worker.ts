import { parentPort, workerData } from 'node:worker_threads'
import { readBook } from './parse.ts'
import type { ParseAnswer } from './parse-apart.ts'
import type { CaseProfile } from './profile.ts'
import { readTable } from './table.ts'
import { FileRefused } from './xlsx/limits.ts'

/** Runs in a thread of its own with little memory: whatever a file does, the collector lives. */
const { bytes, profile } = workerData as { bytes: Uint8Array; profile: CaseProfile }

async function parse(): Promise<ParseAnswer> {
  try {
    const book = await readBook(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    return { ok: true, table: readTable(book, profile) }
  } catch (error) {
    if (error instanceof FileRefused) return { ok: false, reason: error.reason, detail: error.message }
    throw error
  }
}

parentPort?.postMessage(await parse())
