import { Worker } from 'node:worker_threads'
import type { ReadingResult } from '../../../contract/http/assist-reading.ts'
import type { SourceText } from './text.ts'

const TIMEOUT_MS = 120_000
const MEMORY = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }

/** Reads in a thread of its own with bounded memory and time: the server's other work goes on. @throws Error for people */
export function readApart(sources: readonly SourceText[], signal: AbortSignal): Promise<ReadingResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { sources },
      resourceLimits: MEMORY,
    })
    const timer = setTimeout(() => end(() => reject(new Error('分析超时，请减少文件后再试'))), TIMEOUT_MS)
    const cancel = () => end(() => reject(new Error('已取消')))
    signal.addEventListener('abort', cancel, { once: true })
    worker.once('message', (result: ReadingResult) => end(() => resolve(result)))
    worker.once('error', (error: Error) => end(() => reject(new Error(`分析失败（${error.message.slice(0, 80)}）`))))
    function end(settle: () => void): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
      void worker.terminate()
      settle()
    }
  })
}
