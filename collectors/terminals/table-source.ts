import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { QUARANTINE_REASONS, type QuarantineReason } from '../../contract/quarantine.ts'
import type { DropFile } from '../intake/drop-folder.ts'
import { folderSource, type Handled } from '../intake/folder-source.ts'
import { refuse, type SourceContext, type SourceFactory } from '../source.ts'
import { readProfile } from './profile.ts'
import type { TerminalTable } from './table.ts'
import { diffTable, HARDWARE, PATCH } from './table-diff.ts'
import { TableProfile } from './table-profile.ts'

export type TableAnswer = { ok: true; table: TerminalTable } | { ok: false; reason: QuarantineReason; detail: string }

const MAX_BYTES = 50 * 1024 * 1024
const TIMEOUT_MS = 60_000
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 }
const FILE = 'file/'

/**
 * Lists exported from a console (missing patches, hardware) in a folder → `terminal.patch_missing`,
 * `terminal.hardware_change`: what changed against the list before (protocols.md 1.1).
 */
export const terminalTableSource: SourceFactory<'terminal-table'> = (config, context) => {
  const profile = readProfile(TableProfile, context.profile)
  return folderSource(config, context, (file, signal) => handle(file, context, profile, signal))
}

async function handle(
  file: DropFile,
  context: SourceContext,
  profile: TableProfile,
  signal: AbortSignal,
): Promise<Handled> {
  const now = context.clock.now()
  context.contact(now)
  if (file.size > MAX_BYTES) return rejected(file, context, '', 'zip_limit', '文件超过 50 MiB，请分开导出')
  const bytes = await readFile(file.path)
  const hash = createHash('sha256').update(bytes).digest('hex')
  if (context.store.get(FILE + hash) !== undefined)
    return file.again
      ? { outcome: 'done', report: { 文件: file.name, 结果: '已导入' } }
      : rejected(file, context, hash, 'duplicate_file', '内容与已导入的文件完全相同')
  const answer = await parseApart(bytes, profile, signal)
  if (!answer.ok) return rejected(file, context, hash, answer.reason, answer.detail)
  const { table } = answer
  if (table.what === 'unknown')
    return rejected(
      file,
      context,
      hash,
      'header_not_found',
      '不是补丁或硬件清单：表头须有计算机名和补丁号，或计算机名和硬件列',
    )
  const known = new Map([...context.store.list(PATCH), ...context.store.list(HARDWARE)])
  const madeMs = Math.min(Math.floor(file.mtimeMs), now)
  const verdict = diffTable(table, { profile, known, madeMs, confirmed: /(确认|confirmed)/i.test(file.name) })
  if (verdict.what === 'hold') {
    const 说明 = `有缺失补丁的终端少了 ${verdict.vanished}/${verdict.known}，可能是筛选后导出；核对无误后在文件名加“确认”再放入`
    context.state('degraded', `最近一份清单暂缓：${说明}`.slice(0, 200))
    return { outcome: 'held', report: { 文件: file.name, 结果: '暂缓', 说明 } }
  }
  await context.deliver(verdict.drafts, { ...verdict.memory, [FILE + hash]: JSON.stringify({ atMs: now }) })
  context.dropped(table.feet + table.unnamed)
  context.state('ok')
  const report = {
    文件: file.name,
    结果: '已导入',
    清单: table.what === 'patches' ? '补丁' : '硬件',
    行数: table.rows,
    终端: table.hosts.size,
    变化: verdict.drafts.length,
    没有计算机名的行: table.unnamed,
  }
  return { outcome: 'done', report }
}

function rejected(
  file: DropFile,
  context: SourceContext,
  hash: string,
  reason: QuarantineReason,
  detail: string,
): Handled {
  context.refuse([{ ...refuse(reason, hash, detail), excerpt: `文件 ${hash.slice(0, 12)}` }])
  if (reason !== 'duplicate_file') context.state('degraded', `最近一份清单未采用：${detail}`.slice(0, 200))
  return {
    outcome: 'rejected',
    report: { 文件: file.name, 结果: `未导入：${QUARANTINE_REASONS[reason]}`, 说明: detail },
  }
}

/** In a worker with bounded memory and time: what breaks it is a refusal. @throws the signal's reason */
function parseApart(bytes: Uint8Array, profile: TableProfile, signal: AbortSignal): Promise<TableAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./table-worker.ts', import.meta.url), {
      workerData: { bytes, profile },
      resourceLimits: MEMORY,
    })
    const timer = setTimeout(
      () => end({ ok: false, reason: 'zip_limit', detail: '解析超时，文件过大或已损坏' }),
      TIMEOUT_MS,
    )
    const stop = () => {
      void worker.terminate()
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
    worker.once('message', (answer: TableAnswer) => end(answer))
    worker.once('error', (error: Error) =>
      end({ ok: false, reason: 'bad_header', detail: `文件无法解析（${error.message.slice(0, 80)}）` }),
    )

    function end(answer: TableAnswer): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      void worker.terminate()
      resolve(answer)
    }
  })
}
