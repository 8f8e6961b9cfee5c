import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { SourceOf } from '../../config/schema.ts'
import type { QuarantineReason } from '../../contract/quarantine.ts'
import type { DropFile } from '../intake/drop-folder.ts'
import { folderSource, type Handled } from '../intake/folder-source.ts'
import { atZone, ofZone } from '../intake/wall-clock.ts'
import { type Draft, refuse, type SourceContext, type SourceFactory } from '../source.ts'
import { type CaseChange, diffCases, toFacts, type Verdict } from './diff.ts'
import { absentFacts, isKnownFile, knownCases, remembered } from './memory.ts'
import { parseApart } from './parse-apart.ts'
import { type CaseProfile, caseProfile } from './profile.ts'
import { type FileReport, heldReport, listRefusals, percent, refusedReport } from './report.ts'
import type { CaseTable } from './table.ts'
import { LIMITS } from './xlsx/limits.ts'

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

  constructor(config: Config, context: SourceContext) {
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
    const parsed = await parseApart(bytes, this.#profile, signal)
    if (!parsed.ok) return await this.#refuse(file, hash, parsed.reason, parsed.detail)
    return await this.#apply(file, hash, parsed.table)
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

  async #apply(file: DropFile, hash: string, table: CaseTable): Promise<Handled> {
    const { clock, store, personHash } = this.#context
    const now = clock.now()
    const exportedMs = Math.min(this.#exportedMs(table, file), now)
    const verdict = diffCases({
      known: knownCases(store),
      rows: table.rows.filter(({ deleted }) => !deleted).map((row) => toFacts(row, personHash)),
      deleted: new Set(table.rows.filter(({ deleted }) => deleted).map(({ caseNo }) => caseNo)),
      present: new Set(table.refusals.flatMap(({ caseNo }) => (caseNo === undefined ? [] : [caseNo]))),
      absent: absentFacts(table.fields),
      exportedMs,
      maxVanish: this.#config.maxVanish,
      confirmed: /(确认|confirmed)(\(\d+\))?\.[a-z]+$/i.test(file.name),
    })
    if (verdict.what === 'hold') return await this.#hold(file, hash, verdict)
    const drafts = verdict.changes.map((change) => this.#draft(change, hash, exportedMs, now))
    await this.#context.deliver(drafts, remembered(verdict.known, { hash, name: file.name, atMs: now }))
    this.#tell(hash, table, now, exportedMs)
    return { outcome: 'done', report: doneReport(file.name, hash, table, verdict) }
  }

  #tell(hash: string, table: CaseTable, now: number, exportedMs: number): void {
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

  async #hold(file: DropFile, hash: string, verdict: Extract<Verdict, { what: 'hold' }>): Promise<Handled> {
    const { vanished, open } = verdict
    const share = percent(vanished, open)
    const detail = `在办案件少了 ${share}%（${vanished}/${open}），已暂缓，请核对后确认`
    this.#context.contact(this.#context.clock.now())
    this.#context.state('degraded', `最近一份导出${detail}`)
    await this.#context.deliver([this.#note(hash, { reason: 'held', detail, percent: share, vanished, open })])
    return { outcome: 'held', report: heldReport(file.name, hash, vanished, open) }
  }

  /** The export's own 制表时间, else the file's time. */
  #exportedMs(table: CaseTable, file: DropFile): number {
    if (table.exportedAt === null) return Math.floor(file.mtimeMs)
    return ofZone(Temporal.PlainDateTime.from(table.exportedAt), this.#profile.zone).ms
  }

  /** A change back and forth is three events: the file is part of the key. */
  #draft({ type, facts, from, to }: CaseChange, hash: string, exportedMs: number, now: number): Draft {
    const changed = createHash('sha256')
      .update(JSON.stringify([facts, from, to]))
      .digest('hex')
      .slice(0, 16)
    const late = now - exportedMs > this.#profile.backfillAfterH * 3_600_000
    return {
      type,
      object: `case:${facts.caseNo}`.slice(0, 128),
      device: this.#config.id,
      nativeKey: `${facts.caseNo}|${type}|${changed}|${hash.slice(0, 16)}`,
      observedMs: exportedMs,
      observedAt: atZone(exportedMs, this.#profile.zone).observedAt,
      ...(late || type === 'case.snapshot' ? { backfill: true } : {}),
      data: { ...facts, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    }
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
  table: CaseTable,
  verdict: Extract<Verdict, { what: 'apply' }>,
): FileReport {
  const counts: Record<string, number> = {}
  for (const { type } of verdict.changes) counts[type] = (counts[type] ?? 0) + 1
  const older = verdict.older > 0 ? [`${verdict.older} 行早于已导入的更新导出，未采用`] : []
  return {
    文件: name,
    结果: '已导入',
    说明: table.refusals.length > 0 ? '部分行未导入，见拒绝明细；改正后可重新导出' : '全部导入',
    校验值: hash,
    制表时间: table.exportedAt,
    编码: table.encoding,
    读到案件: table.rows.length,
    产生事件: counts,
    忽略行数: table.feet,
    拒绝行数: table.refusals.length,
    拒绝明细: listRefusals(table.refusals),
    提示: [...table.warnings, ...older],
  }
}
