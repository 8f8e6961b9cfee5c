import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ExportAsk, ExportCell, Exporter } from '../feature.ts'
import { markOf } from '../mark.ts'
import { LIMITS } from './rules.ts'
import { type Sheet, writeXlsx } from './xlsx/write.ts'

/** architecture.md, truth 7: on every page and in every export. */
export const CAPTION = '数据用于分析研判，不作考核排名'
const WIDTH = 14

export interface FileTask {
  exporter: Exporter
  ask: ExportAsk<unknown>
  path: string
  /** `2026-11-24 09:30:05` */
  moment: string
  unit: string
  demo: boolean
  signal: AbortSignal
  /** Rows so far. */
  progress(rows: number): void
}
export interface FileResult {
  rows: number
  truncated: boolean
  bytes: number
  sha256: string
}

/** Writes the list and its page 说明 into one file of mode 0600. @throws what the rows throw, or the abort */
export async function writeFile(task: FileTask): Promise<FileResult> {
  const { exporter, unit, demo } = task
  const told = { rows: 0, truncated: false }
  const mark = markOf(task.ask.person, task.ask.now)
  const title = [unit, exporter.title, ...(demo ? ['演示数据'] : []), CAPTION, `${mark} 导出`].join(' · ')
  const sheets: Sheet[] = [
    {
      name: exporter.title,
      title,
      footer: CAPTION,
      mark,
      columns: exporter.columns.map(({ title: name, width = WIDTH, kind = 'text' }) => ({ title: name, width, kind })),
      rows: limited(task, told),
    },
    {
      name: '说明',
      title,
      footer: CAPTION,
      mark,
      columns: [
        { title: '项目', width: 16, kind: 'text' },
        { title: '内容', width: 72, kind: 'text' },
      ],
      // Written after the list: only then the number of rows is known.
      rows: notes(task, told),
    },
  ]
  const measure = new Measure()
  const file = createWriteStream(task.path, { mode: 0o600, flags: 'wx' })
  await Promise.all([pipeline(measure, file, { signal: task.signal }), writeXlsx(measure, sheets, task.signal)])
  return { ...told, bytes: measure.bytes, sha256: measure.hash.digest('hex') }
}

async function* limited(
  { exporter, ask, progress, signal }: FileTask,
  told: { rows: number; truncated: boolean },
): AsyncGenerator<readonly (readonly ExportCell[])[]> {
  for await (const page of exporter.rows(ask)) {
    signal.throwIfAborted()
    const room = LIMITS.rows - told.rows
    told.truncated = page.length > room
    told.rows += Math.min(page.length, room)
    yield told.truncated ? page.slice(0, room) : page
    progress(told.rows)
    if (told.truncated) return
    // The store answers at once on this thread: alerts and screens get their turn between two pages.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function* notes(task: FileTask, told: { rows: number; truncated: boolean }): AsyncGenerator<ExportCell[][]> {
  const { exporter, ask, moment, demo, unit } = task
  const cut = told.truncated ? `（已达上限 ${LIMITS.rows} 行，其余未列出，请缩小条件）` : ''
  yield [
    ['单位', unit],
    ['列表', exporter.title],
    ...(demo ? [['数据', '演示数据，由模拟机关生成']] : []),
    ['行数', `${told.rows} 行${cut}`],
    ['导出时间', `${moment}（北京时间）`],
    ['导出人', `${ask.person.post || ask.person.name}（${ask.person.username}）`],
    ...exporter.describe(ask).map(({ label, text }) => [label, text]),
    ['声明', CAPTION],
  ]
}

/** Counts and hashes what passes through. */
class Measure extends Transform {
  bytes = 0
  readonly hash = createHash('sha256')
  override _transform(chunk: Buffer, _encoding: string, done: (error: Error | null, data: Buffer) => void): void {
    this.bytes += chunk.length
    this.hash.update(chunk)
    done(null, chunk)
  }
}
