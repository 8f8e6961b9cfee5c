import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { TableRows } from './context.ts'

const TIMEOUT_MS = 30_000
const MEMORY = { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 }
const Answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), rows: z.array(z.array(z.string())), warnings: z.array(z.string()) }),
  z.object({ ok: z.literal(false), why: z.string() }),
])

/**
 * Asks the collectors' reader of table files in a thread of its own, with bounded memory and time: no decoder in the
 * server. @throws Error with words for people
 */
export const tableReader =
  (program: string) =>
  (bytes: Buffer): Promise<TableRows> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(program, { workerData: { bytes }, resourceLimits: MEMORY })
      const timer = setTimeout(() => end(new Error('读取超时，文件过大或已损坏')), TIMEOUT_MS)
      const end = (result: TableRows | Error): void => {
        clearTimeout(timer)
        void worker.terminate()
        if (result instanceof Error) reject(result)
        else resolve(result)
      }
      worker.once('message', (message: unknown) => {
        const answer = Answer.parse(message)
        end(answer.ok ? answer : new Error(answer.why))
      })
      worker.once('error', (error: Error & { code?: string }) =>
        end(
          new Error(
            error.code === 'ERR_WORKER_OUT_OF_MEMORY'
              ? '文件展开后占用内存过多，请分开导出'
              : `文件无法读取（${error.message.slice(0, 80)}）`,
          ),
        ),
      )
    })
