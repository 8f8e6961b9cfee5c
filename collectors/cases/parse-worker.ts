import { parentPort, workerData } from 'node:worker_threads'
import { parseTable } from './parse.ts'
import type { FromWorker, ToWorker } from './parse-apart.ts'
import type { CaseProfile } from './profile.ts'
import { type CaseTable, TableReader } from './table.ts'
import { FileRefused } from './xlsx/limits.ts'

/**
 * Runs in a thread of its own with little memory: whatever a file does, the collector lives. The answer goes over in
 * pieces that are asked for one by one: a large one would stop the other thread while it is unpacked there.
 */
const { bytes, profile } = workerData as { bytes: Uint8Array; profile: CaseProfile }
const port = parentPort
const say = (message: FromWorker): void => port?.postMessage(message)
const PROGRESS_MS = 500

async function parse(): Promise<void> {
  const reader = new TableReader(profile)
  const timer = setInterval(() => say({ kind: 'progress', rows: reader.rowsRead }), PROGRESS_MS)
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const table = await parseTable(buffer, profile, reader)
    // The file itself is not needed any more, and what remains here waits until all of it is taken.
    if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0)
    serve(table)
    const { rows, ...rest } = table
    say({ kind: 'answer', answer: { ok: true, table: rest, count: rows.length } })
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error
    say({ kind: 'answer', answer: { ok: false, reason: error.reason, detail: error.message } })
  } finally {
    clearInterval(timer)
  }
}

function serve({ rows }: CaseTable): void {
  port?.on('message', (ask: ToWorker) => {
    const some = rows.slice(ask.from, ask.from + ask.count)
    say(
      ask.what === 'rows'
        ? { kind: 'rows', rows: some }
        : { kind: 'numbers', numbers: some.map(({ caseNo }) => caseNo) },
    )
  })
}

await parse()
