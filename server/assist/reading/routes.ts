import { createHash } from 'node:crypto'
import { FILES_LIMIT, readingRoutes } from '../../../contract/http/assist-reading.ts'
import { type BoundRoute, bind } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { type AssistDeps, openCase } from '../context.ts'
import type { ReadingJobs } from './jobs.ts'
import {
  addDecision,
  addFile,
  countsOf,
  decisionsOf,
  dropReadings,
  filesOf,
  lastReading,
  lastResult,
  removeFile,
  textOf,
} from './repository.ts'

/** 快速阅卷 over HTTP: each call asks first whether the person may open the case. */
export function readingCalls(deps: AssistDeps, jobs: ReadingJobs): BoundRoute[] {
  const { records, documents, newId, config, cases, ocr } = deps
  const db = records.read
  return [
    bind(readingRoutes.cases, async ({ query, person, now }) => {
      const { limit, cursor = '', q = '' } = query
      const { items, next } = await cases.list(db, person, q, { limit, cursor, now })
      const counts = await countsOf(
        db,
        items.map(({ id }) => id),
      )
      return {
        items: items.map(({ id, caseNo, type, cause }) => ({
          id,
          caseNo,
          type,
          cause,
          files: counts.get(id)?.files ?? 0,
          readAt: counts.get(id)?.readAt ?? null,
        })),
        cursor: next,
      }
    }),
    bind(readingRoutes.get, async ({ params, person }) => {
      const { id, caseNo, cause } = await openCase(deps, person, params.case)
      const [files, head, result, decisions, missing] = await Promise.all([
        filesOf(db, id),
        lastReading(db, id),
        lastResult(db, id),
        decisionsOf(db, id),
        ocr.missing(),
      ])
      const job = head ? jobs.present(head) : null
      const words = missing ?? '扫描页可识别（tesseract chi_sim，离线）'
      return {
        caseId: id,
        caseNo,
        cause,
        demo: config.site.demo,
        files,
        job,
        result,
        decisions,
        ocr: { present: missing === null, words },
      }
    }),
    bind(readingRoutes.upload, async ({ params, query, body, person, now }) => {
      const { id } = await openCase(deps, person, params.case)
      const bytes = body as unknown as Buffer
      if (bytes.length === 0) throw new Refusal('unprocessable', '文件是空的')
      const format = documents.formatOf(bytes, query.name)
      const hash = createHash('sha256').update(bytes).digest('hex')
      const row = {
        id: newId(),
        case_id: id,
        hash,
        name: query.name.split(/[\\/]/).at(-1) ?? query.name,
        format,
        size: bytes.length,
        body: bytes.toString('base64'),
        text: null,
        paragraphs: null,
        pages: null,
        scanned: 0,
        warnings: '[]',
        by: person.name,
        at_ms: now,
      }
      const files = await records.write(async (turn) => {
        const known = await filesOf(turn.tx, id)
        if (known.length >= FILES_LIMIT) throw new Refusal('unprocessable', `一件案件最多 ${FILES_LIMIT} 份文件`)
        await addFile(turn.tx, row)
        return filesOf(turn.tx, id)
      })
      const file = files.find((one) => one.hash === hash)
      if (!file) throw new Refusal('conflict', '文件没有存下，请再试')
      return file
    }),
    bind(readingRoutes.remove, async ({ params, person }) => {
      const { id } = await openCase(deps, person, params.case)
      return records.write(async (turn) => {
        if ((await lastReading(turn.tx, id))?.state === 'running')
          throw new Refusal('conflict', '正在阅卷，请先取消再移除文件')
        const removed = await removeFile(turn.tx, id, params.file)
        if (!removed) throw new Refusal('not-found', '没有这份文件')
        await dropReadings(turn.tx, id)
        return { removed }
      })
    }),
    bind(readingRoutes.text, async ({ params, person }) => {
      const { id } = await openCase(deps, person, params.case)
      const source = await textOf(db, id, params.file)
      if (!source) throw new Refusal('not-found', '没有这份文件，或还没有阅卷打开过')
      return { id: source.file, name: source.name, text: source.text, paragraphs: [...source.paragraphs] }
    }),
    bind(readingRoutes.start, async ({ params, body, person }) => {
      const { id } = await openCase(deps, person, params.case)
      return jobs.start(id, person, body.files)
    }),
    bind(readingRoutes.cancel, async ({ params, person }) => {
      const { id } = await openCase(deps, person, params.case)
      return jobs.cancel(id, params.id)
    }),
    bind(readingRoutes.decide, async ({ params, body, person }) => {
      const { id } = await openCase(deps, person, params.case)
      const { kind, key, verdict, note } = body
      return records.write(async (turn) => {
        const row = { id: newId(), case_id: id, kind, subject: key, verdict, note, by: person.name, at_ms: turn.now }
        await addDecision(turn.tx, row)
        return { verdict, note, by: person.name, at: turn.now }
      })
    }),
  ]
}
