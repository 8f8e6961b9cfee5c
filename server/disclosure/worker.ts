import { parentPort, workerData } from 'node:worker_threads'
import type { Answers, Job, JobAnswer } from './apart.ts'
import { makeCopy } from './copy.ts'
import { DocumentRefused } from './files/model.ts'
import { readFile, readPages } from './files/read.ts'
import { reread } from './files/reread.ts'
import { leftoversOf } from './leftovers.ts'

/** The thread that opens, writes and re-reads files (apart.ts). */
async function work(job: Job): Promise<Answers[Job['do']]> {
  if (job.do === 'read') return readFile(job.bytes, job.format)
  if (job.do === 'pages') return readPages(job.bytes, job.format)
  const made = job.do === 'export' ? await makeCopy(job.blocks, job.replacements, job.format) : Buffer.from(job.bytes)
  const { rules, parties, documentKind, allowed } = job.about
  const second = await reread(made, job.format)
  const leftovers = leftoversOf(rules, second, { parties, documentKind }, new Set(allowed))
  if (job.do === 'export') return { bytes: new Uint8Array(made), leftovers }
  const pages = second.parts.filter(({ look, where }) => look === 'all' && !/rels$|\[Content|styles/.test(where))
  return { leftovers, text: pages.map(({ text }) => text.trim()).join('\n') }
}

const answer: JobAnswer = await work(workerData as Job).then(
  (done) => ({ ok: true, answer: done }),
  (error: unknown) => {
    if (error instanceof DocumentRefused) return { ok: false, why: error.message }
    throw error
  },
)
parentPort?.postMessage(answer)
