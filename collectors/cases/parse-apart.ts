import { Worker } from 'node:worker_threads'
import type { QuarantineReason } from '../../contract/quarantine.ts'
import type { CaseProfile } from './profile.ts'
import type { CaseRow } from './rows.ts'
import type { CaseTable } from './table.ts'
import { FileRefused } from './xlsx/limits.ts'

export type Refused = { ok: false; reason: QuarantineReason; detail: string }
export type ParseAnswer = { ok: true; table: CaseTable } | Refused

export type ToWorker = { what: 'rows' | 'numbers'; from: number; count: number }
export type FromWorker =
  | { kind: 'progress'; rows: number }
  | { kind: 'answer'; answer: { ok: true; table: Omit<CaseTable, 'rows'>; count: number } | Refused }
  | { kind: 'rows'; rows: CaseRow[] }
  | { kind: 'numbers'; numbers: string[] }

/** A parsed file whose rows stay in its thread until they are asked for. */
export interface ParsedFile {
  ok: true
  table: Omit<CaseTable, 'rows'>
  count: number
  /** @throws FileRefused when its thread has run out of memory meanwhile */
  rows(from: number, count: number): Promise<CaseRow[]>
  numbers(from: number, count: number): Promise<string[]>
  /** Ends the thread. */
  close(): void
}

const TIMEOUT_MS = 120_000
const MEMORY = { maxOldGenerationSizeMb: 190, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 }

/**
 * Parses a file in a worker with bounded memory and time; what breaks it is a refusal, never an error here.
 * The signal ends the worker. A large file goes over without a copy: its bytes are empty here afterwards.
 * @throws the signal's reason
 */
export function parseFile(
  bytes: Uint8Array,
  profile: CaseProfile,
  signal: AbortSignal,
  progress: (rows: number) => void = () => {},
  timeoutMs = TIMEOUT_MS,
): Promise<ParsedFile | Refused> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), {
      workerData: { bytes, profile },
      resourceLimits: MEMORY,
      transferList: ownBuffer(bytes),
    })
    let waiting: { done(message: FromWorker): void; failed(error: unknown): void } | undefined
    const timer = setTimeout(
      () => end({ ok: false, reason: 'zip_limit', detail: '解析超时，文件过大或已损坏' }),
      timeoutMs,
    )
    const stop = (): void => {
      close()
      reject(signal.reason)
      waiting?.failed(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'progress') return progress(message.rows)
      if (message.kind !== 'answer') return waiting?.done(message)
      if (!message.answer.ok) return end(message.answer)
      clearTimeout(timer)
      resolve({ ...message.answer, rows, numbers, close })
    })
    worker.once('error', (error: Error & { code?: string }) => {
      const { reason, detail } = brokenBy(error)
      waiting?.failed(new FileRefused(reason, detail))
      end({ ok: false, reason, detail })
    })

    function close(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      void worker.terminate()
    }
    function end(answer: Refused): void {
      close()
      resolve(answer)
    }
    const ask = (question: ToWorker): Promise<FromWorker> =>
      new Promise((done, failed) => {
        waiting = { done, failed }
        worker.postMessage(question)
      })
    async function rows(from: number, count: number): Promise<CaseRow[]> {
      const answer = await ask({ what: 'rows', from, count })
      return answer.kind === 'rows' ? answer.rows : []
    }
    async function numbers(from: number, count: number): Promise<string[]> {
      const answer = await ask({ what: 'numbers', from, count })
      return answer.kind === 'numbers' ? answer.numbers : []
    }
  })
}

const LARGE = 1024 * 1024
/** Small ones may share their memory with others. */
const ownBuffer = ({ buffer, byteLength }: Uint8Array): ArrayBuffer[] =>
  byteLength >= LARGE && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer ? [buffer] : []

/** All rows at once: for small files and dry runs. */
export async function parseApart(
  bytes: Uint8Array,
  profile: CaseProfile,
  signal: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Promise<ParseAnswer> {
  const parsed = await parseFile(bytes, profile, signal, undefined, timeoutMs)
  if (!parsed.ok) return parsed
  const rows = await parsed.rows(0, parsed.count)
  parsed.close()
  return { ok: true, table: { ...parsed.table, rows } }
}

const brokenBy = (error: Error & { code?: string }): Refused =>
  error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? { ok: false, reason: 'zip_limit', detail: '文件展开后占用内存过多，请分开导出' }
    : { ok: false, reason: 'bad_header', detail: `文件无法解析（${error.message.slice(0, 80)}）` }
