import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { SourceOf } from '../../config/schema.ts'
import type { QuarantineReason } from '../../contract/quarantine.ts'
import type { DropFile } from '../intake/drop-folder.ts'
import { folderSource, type Handled } from '../intake/folder-source.ts'
import { atZone, ofZone } from '../intake/wall-clock.ts'
import { type Draft, refuse, type SourceContext, type SourceFactory } from '../source.ts'
import { type CancelMark, cancelMark } from './cancel.ts'
import { type ImportResult, importFile } from './import.ts'
import { isKnownFile } from './memory.ts'
import { type ParsedFile, parseFile } from './parse-apart.ts'
import { type CaseProfile, caseProfile } from './profile.ts'
import { type FileReport, heldReport, listRefusals, percent, refusedReport } from './report.ts'
import { FileRefused, LIMITS } from './xlsx/limits.ts'

type Config = SourceOf<'case-export'>

/**
 * Exports of 检察业务应用系统 that people or a gateway put into a folder: each is compared with the cases known so far,
 * the differences become `case.*` events (protocols.md 4.4). Events, known cases and the file's ledger entry are one
 * transaction.
 */
export const caseExportSource: SourceFactory<'case-export'> = (config, context) => {
  const importer = new CaseImporter(config, context)
  return folderSource(config, context, (file, signal) => importer.handle(file, signal))
}

class CaseImporter {
  readonly #config: Config
  readonly #context: SourceContext
  readonly #profile: CaseProfile
  readonly #cancel: CancelMark

  constructor(config: Config, context: SourceContext) {
    this.#cancel = cancelMark(context.dataDir, config.id)
    this.#config = config
    this.#context = context
    this.#profile = caseProfile(context.profile)
  }

  /** Resolves when all of it is on disk. @throws when it cannot be put there */
  async handle(file: DropFile, signal: AbortSignal): Promise<Handled> {
    if (file.size > LIMITS.fileBytes) return await this.#refuse(file, '', 'zip_limit', '文件超过 50 MiB，请分开导出')
    const bytes = await readFile(file.path)
    const hash = createHash('sha256').update(bytes).digest('hex')
    if (isKnownFile(this.#context.store, hash)) return await this.#again(file, hash)
    await this.#cancel.forget()
    const parsed = await parseFile(bytes, this.#profile, signal, (rows) =>
      this.#context.progress({ text: `正在读取文件 ${hash.slice(0, 8)}`, done: rows, total: 0 }),
    )
    if (!parsed.ok) return await this.#refuse(file, hash, parsed.reason, parsed.detail)
    try {
      return await this.#apply(file, hash, parsed, signal)
    } catch (error) {
      // The thread ran out of memory after all: reading it again would end the same way.
      if (!(error instanceof FileRefused)) throw error
      return await this.#refuse(file, hash, error.reason, error.message)
    } finally {
      parsed.close()
      this.#context.progress(null)
    }
  }

  /** The same content a second time; one that a crash left between commit and move is only put to its place. */
  async #again(file: DropFile, hash: string): Promise<Handled> {
    const report: FileReport = { 文件: file.name, 结果: '已导入', 说明: '上次运行已导入，本次补归档', 校验值: hash }
    if (file.again) return { outcome: 'done', report }
    return await this.#refuse(file, hash, 'duplicate_file', '内容与已导入的文件完全相同，未重复导入')
  }

  async #refuse(file: DropFile, hash: string, reason: QuarantineReason, detail: string): Promise<Handled> {
    const { clock, log } = this.#context
    log.warn({ reason, hash: hash.slice(0, 12) }, detail)
    this.#context.refuse([{ ...refuse(reason, hash, detail), excerpt: `文件 ${hash.slice(0, 12)}` }])
    this.#context.contact(clock.now())
    if (reason !== 'duplicate_file') {
      this.#context.state('degraded', `最近一份导出未采用：${detail}`.slice(0, 200))
      await this.#context.deliver([this.#note(hash, { reason, detail })])
    }
    return { outcome: 'rejected', report: refusedReport(file.name, hash, reason, detail) }
  }

  async #apply(file: DropFile, hash: string, parsed: ParsedFile, signal: AbortSignal): Promise<Handled> {
    const { table } = parsed
    const now = this.#context.clock.now()
    const exportedMs = Math.min(this.#exportedMs(table, file), now)
    const result = await importFile(parsed, {
      context: this.#context,
      device: this.#config.id,
      zone: this.#profile.zone,
      backfillAfterH: this.#profile.backfillAfterH,
      maxVanish: this.#config.maxVanish,
      hash,
      name: file.name,
      exportedMs,
      confirmed: /(确认|confirmed)(\(\d+\))?\.[a-z]+$/i.test(file.name),
      signal,
      isCancelled: () => this.#cancel.asked(),
    })
    if (result.what === 'hold') return await this.#hold(file, hash, result)
    this.#tell(hash, table, now, exportedMs)
    if (result.what === 'cancelled') return this.#cancelled(file, hash, result.done, parsed.count)
    return { outcome: 'done', report: doneReport(file.name, hash, parsed, result) }
  }

  /** Stopped by a person: what was taken stays, and the same file can be put in again. */
  #cancelled(file: DropFile, hash: string, done: number, total: number): Handled {
    const detail = `导入已由人员取消：已处理 ${done} / ${total} 件，可重新放入继续`
    this.#context.state('degraded', detail)
    return {
      outcome: 'held',
      report: { 文件: file.name, 结果: '已取消', 说明: detail, 校验值: hash } satisfies FileReport,
    }
  }

  #tell(hash: string, table: ParsedFile['table'], now: number, exportedMs: number): void {
    const context = this.#context
    context.refuse(
      table.refusals.map(({ sheet, line, reason, detail }) => {
        const where = `${sheet === '' ? '' : `工作表“${sheet}”`}第 ${line} 行`
        return { ...refuse(reason, `${hash}:${sheet}:${line}`, `${where}：${detail}`), excerpt: where }
      }),
    )
    context.dropped(table.feet)
    context.contact(now)
    context.lag(Math.max(0, (now - exportedMs) / 1000))
    context.state('ok')
  }

  async #hold(
    file: DropFile,
    hash: string,
    { vanished, open }: Extract<ImportResult, { what: 'hold' }>,
  ): Promise<Handled> {
    const share = percent(vanished, open)
    const detail = `在办案件少了 ${share}%（${vanished}/${open}），已暂缓，请核对后确认`
    this.#context.contact(this.#context.clock.now())
    this.#context.state('degraded', `最近一份导出${detail}`)
    await this.#context.deliver([this.#note(hash, { reason: 'held', detail, percent: share, vanished, open })])
    return { outcome: 'held', report: heldReport(file.name, hash, vanished, open) }
  }

  /** The export's own 制表时间, else the file's time. */
  #exportedMs(table: ParsedFile['table'], file: DropFile): number {
    if (table.exportedAt === null) return Math.floor(file.mtimeMs)
    return ofZone(Temporal.PlainDateTime.from(table.exportedAt), this.#profile.zone).ms
  }

  #note(hash: string, data: Record<string, unknown>): Draft {
    const now = this.#context.clock.now()
    return {
      type: 'collector.rejected',
      object: this.#config.id,
      device: this.#config.id,
      nativeKey: `rejected|${hash}|${now}`,
      observedMs: now,
      observedAt: atZone(now, this.#profile.zone).observedAt,
      data: { file: hash.slice(0, 12), ...data },
    }
  }
}

function doneReport(
  name: string,
  hash: string,
  { table, count }: ParsedFile,
  { counts, older: stale }: Extract<ImportResult, { what: 'done' }>,
): FileReport {
  const older = stale > 0 ? [`${stale} 行早于已导入的更新导出，未采用`] : []
  return {
    文件: name,
    结果: '已导入',
    说明: table.refusals.length > 0 ? '部分行未导入，见拒绝明细；改正后可重新导出' : '全部导入',
    校验值: hash,
    制表时间: table.exportedAt,
    编码: table.encoding,
    读到案件: count,
    产生事件: counts,
    忽略行数: table.feet,
    拒绝行数: table.refusals.length,
    拒绝明细: listRefusals(table.refusals),
    提示: [...table.warnings, ...older],
  }
}
