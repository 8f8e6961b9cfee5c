import { Worker } from 'node:worker_threads'
import type { QuarantineReason } from '../../contract/quarantine.ts'
import type { CaseProfile } from './profile.ts'
import type { CaseTable } from './table.ts'

export type ParseAnswer = { ok: true; table: CaseTable } | { ok: false; reason: QuarantineReason; detail: string }

const TIMEOUT_MS = 60_000
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }

/**
 * Parses a file in a worker with bounded memory and time; what breaks it is a refusal, never an error here.
 * The signal ends the worker. @throws the signal's reason
 */
export function parseApart(
  bytes: Uint8Array,
  profile: CaseProfile,
  signal: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Promise<ParseAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), {
      workerData: { bytes, profile },
      resourceLimits: MEMORY,
    })
    const timer = setTimeout(
      () => end({ ok: false, reason: 'zip_limit', detail: '解析超时，文件过大或已损坏' }),
      timeoutMs,
    )
    const stop = () => {
      void worker.terminate()
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
    worker.once('message', (answer: ParseAnswer) => end(answer))
    worker.once('error', (error: Error & { code?: string }) => end(brokenBy(error)))

    function end(answer: ParseAnswer): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      void worker.terminate()
      resolve(answer)
    }
  })
}

const brokenBy = (error: Error & { code?: string }): ParseAnswer =>
  error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? { ok: false, reason: 'zip_limit', detail: '文件展开后占用内存过多，请分开导出' }
    : { ok: false, reason: 'bad_header', detail: `文件无法解析（${error.message.slice(0, 80)}）` }
