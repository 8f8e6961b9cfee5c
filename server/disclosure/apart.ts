import { Worker } from 'node:worker_threads'
import type { RedactionRules } from '../../config/redaction.ts'
import type { DocumentKind, FileFormat, Leftover, Party, Replacement } from '../../contract/http/disclosure.ts'
import { Refusal } from '../refusal.ts'
import type { Block, Extract } from './files/model.ts'

/** Work on files, in a thread of its own with bounded memory and time: whatever a file does, the server lives. */
export interface About {
  rules: RedactionRules
  parties: readonly Party[]
  documentKind: DocumentKind
  /** Words whose mask a person took off. */
  allowed: readonly string[]
}
export interface ReadJob {
  do: 'read'
  bytes: Uint8Array
  format: FileFormat
}
/** For reading on the screen: pages where the format has them, scans left empty. */
export interface PagesJob {
  do: 'pages'
  bytes: Uint8Array
  format: FileFormat
}
export interface ExportJob {
  do: 'export'
  blocks: readonly Block[]
  replacements: readonly Replacement[]
  format: 'docx' | 'pdf'
  about: About
}
export interface CheckJob {
  do: 'check'
  bytes: Uint8Array
  format: 'docx' | 'pdf'
  about: About
}
export interface Answers {
  read: Extract
  pages: { parts: { page: number | null; text: string }[]; warnings: string[] }
  export: { bytes: Uint8Array; leftovers: Leftover[] }
  check: { leftovers: Leftover[]; text: string }
}
export type Job = ReadJob | PagesJob | ExportJob | CheckJob
export type JobAnswer = { ok: true; answer: Answers[Job['do']] } | { ok: false; why: string }

const TIMEOUT_MS = 60_000
const MEMORY = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }
/** Two at once: each may take a core and some hundred megabytes. */
const AT_ONCE = 2
let running = 0
const waiting: (() => void)[] = []

/** @throws Refusal `unprocessable` with what is wrong with the file */
export async function apart<One extends Job>(job: One): Promise<Answers[One['do']]> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  running++
  try {
    const answer = await once(job)
    if (!answer.ok) throw new Refusal('unprocessable', answer.why)
    return answer.answer as Answers[One['do']]
  } finally {
    running--
    waiting.shift()?.()
  }
}

function once(job: Job): Promise<JobAnswer> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: job, resourceLimits: MEMORY })
    const timer = setTimeout(() => end({ ok: false, why: '处理超时，文件过大或已损坏' }), TIMEOUT_MS)
    worker.once('message', end)
    worker.once('error', (error: Error & { code?: string }) =>
      end({
        ok: false,
        why:
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? '文件展开后占用内存过多，请分开上传'
            : `文件无法处理（${error.message.slice(0, 80)}）`,
      }),
    )
    function end(answer: JobAnswer): void {
      clearTimeout(timer)
      void worker.terminate()
      resolve(answer)
    }
  })
}
