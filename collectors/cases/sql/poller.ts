import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { CaseSql } from '../../../config/case-sql.ts'
import { textCell } from '../../intake/spreadsheet.ts'
import { atZone, readMoment } from '../../intake/wall-clock.ts'
import { type Draft, refuse, type SourceContext } from '../../source.ts'
import { type ConfirmMark, confirmMark } from '../cancel.ts'
import { type CaseFacts, diffCases, isOpen, type KnownCase, toFacts, type Verdict } from '../diff.ts'
import { caseDraft } from '../draft.ts'
import { absentFacts, knownCases, knownOf, remembered } from '../memory.ts'
import type { CaseProfile } from '../profile.ts'
import { percent } from '../report.ts'
import { type CaseRow, mergeRows, readRow } from '../rows.ts'
import type { PageRow, ViewConnection } from './driver.ts'
import { type Mapping, mapColumns } from './mapping.ts'

/** Keys of the source's store, beside those of the known cases. */
const WATERMARK = 'sql/watermark'
const RECONCILED = 'sql/reconciled'
const COLUMNS = 'sql/columns'
const Remembered = z.object({ profile: z.number(), fields: z.array(z.string()) })
const SMALLEST_PAGE = 50

/** The view does not fit what is expected of it: nothing is read until it does. */
export class ViewMismatch extends Error {}

export interface PollResult {
  rows: number
  events: number
  held: boolean
}

interface Scan {
  mapping: Mapping
  /** The database's clock at the start. */
  dbMs: number
  settled: string
  first: boolean
  /** Case numbers that the view shows, of a scan of everything. */
  seen: Set<string> | undefined
  rows: number
  events: number
}

/** One poll after the other on a connection that is handed in: what changed, and now and then everything. */
export class ViewPoller {
  readonly #config: CaseSql
  readonly #context: SourceContext
  readonly #profile: CaseProfile
  readonly #confirm: ConfirmMark
  /** Halved when a page takes the database too long. */
  #pageRows: number

  constructor(config: CaseSql, context: SourceContext, profile: CaseProfile) {
    this.#config = config
    this.#context = context
    this.#profile = profile
    this.#confirm = confirmMark(context.dataDir, config.id)
    this.#pageRows = config.pageRows
  }

  get #stamps(): string[] {
    const { modified, created } = this.#config
    return modified === undefined ? [] : [modified, ...(created === undefined ? [] : [created])]
  }

  smaller(): boolean {
    if (this.#pageRows <= SMALLEST_PAGE) return false
    this.#pageRows = Math.max(SMALLEST_PAGE, Math.floor(this.#pageRows / 2))
    return true
  }

  /** @throws ViewMismatch, or the driver's error: what was read until then is kept, the rest is read again */
  async poll(connection: ViewConnection, signal: AbortSignal): Promise<PollResult> {
    const { store } = this.#context
    const mapping = await this.#mapping(connection)
    const clock = await connection.clock(this.#config.settleS)
    this.#context.skew((clock.ms - this.#context.clock.now()) / 1000)
    const last = Number(store.get(RECONCILED) ?? Number.NaN)
    const all = this.#stamps.length === 0 || !(clock.ms - last < this.#config.reconcileH * 3_600_000)
    const scan: Scan = {
      mapping,
      dbMs: clock.ms,
      settled: clock.settled,
      first: store.get(RECONCILED) === undefined,
      seen: all ? new Set() : undefined,
      rows: 0,
      events: 0,
    }
    if (all) return await this.#everything(connection, scan, signal)
    await this.#news(connection, scan, signal)
    return { rows: scan.rows, events: scan.events, held: false }
  }

  async #mapping(connection: ViewConnection): Promise<Mapping> {
    const { store } = this.#context
    const before = Remembered.safeParse(JSON.parse(store.get(COLUMNS) ?? 'null'))
    const columns = await connection.columns(this.#config.view)
    const reading = mapColumns(columns, this.#profile, this.#stamps, before.data)
    if (!reading.ok) throw new ViewMismatch(reading.reason)
    const found = JSON.stringify({ profile: this.#profile.version, fields: [...reading.mapping.fields.keys()].sort() })
    if (found !== store.get(COLUMNS)) store.set(COLUMNS, found)
    return reading.mapping
  }

  /** From a little before the last watermark: transactions that were open then may have been committed since. */
  async #news(connection: ViewConnection, scan: Scan, signal: AbortSignal): Promise<void> {
    const { store } = this.#context
    const watermark = store.get(WATERMARK)
    const from = watermark && (await connection.earlier(watermark, this.#config.overlapMin * 60))
    await this.#pages(connection, scan, this.#stamps, from ? { stamp: from, key: '' } : undefined, scan.settled, signal)
    store.set(WATERMARK, scan.settled)
  }

  /** All rows by key: rows without any stamp, rows committed very late, and those that are no more. */
  async #everything(connection: ViewConnection, scan: Scan, signal: AbortSignal): Promise<PollResult> {
    await this.#pages(connection, scan, [], undefined, undefined, signal)
    const held = await this.#vanished(scan)
    if (!held) {
      this.#context.store.set(RECONCILED, String(scan.dbMs))
      if (this.#stamps.length > 0) this.#context.store.set(WATERMARK, scan.settled)
    }
    return { rows: scan.rows, events: scan.events, held }
  }

  async #pages(
    connection: ViewConnection,
    scan: Scan,
    stamps: readonly string[],
    from: { stamp: string; key: string } | undefined,
    upTo: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { columns, fields } = scan.mapping
    const key = columns[fields.get('caseNo') ?? 0] ?? ''
    let after = from
    for (;;) {
      signal.throwIfAborted()
      const limit = this.#pageRows
      const rows = await connection.page({ view: this.#config.view, columns, key, stamps, after, upTo, limit })
      this.#context.contact(this.#context.clock.now())
      if (rows.length > 0) await this.#take(rows, scan)
      const last = rows.at(-1)
      if (!last || rows.length < limit) return
      after = { stamp: last.stamp, key: last.key }
    }
  }

  async #take(rows: readonly PageRow[], scan: Scan): Promise<void> {
    const { store, personHash } = this.#context
    const read = this.#read(rows, scan)
    const cases = [...read.values()].map(({ row }) => row)
    const numbers = cases.map(({ caseNo }) => caseNo)
    const known = knownOf(store, numbers)
    for (const caseNo of numbers) scan.seen?.add(caseNo)
    const verdict = diffCases({
      known,
      rows: cases.filter(({ deleted }) => !deleted).map((row) => toFacts(row, personHash)),
      deleted: new Set(cases.filter(({ deleted }) => deleted).map(({ caseNo }) => caseNo)),
      present: new Set(numbers),
      absent: absentFacts([...scan.mapping.fields.keys()]),
      exportedMs: scan.dbMs,
      maxVanish: 1,
      confirmed: true,
      first: scan.first,
    })
    if (verdict.what === 'hold') return
    const changed = verdict.known.filter((one) => isNews(known.get(one.caseNo), one))
    const drafts = verdict.changes.map((change) =>
      this.#draft(change, read.get(change.facts.caseNo)?.stamp ?? '', scan),
    )
    scan.rows += rows.length
    scan.events += drafts.length
    await this.#context.deliver(drafts, remembered(changed))
  }

  #read(rows: readonly PageRow[], { mapping, seen }: Scan): Map<string, { row: CaseRow; stamp: string }> {
    const found = new Map<string, { row: CaseRow; stamp: string }>()
    for (const { values, stamp, key } of rows) {
      const cells = values.map((value) => (value === null || value.trim() === '' ? undefined : textCell(value)))
      const reading = readRow({ line: 0, cells }, { columns: mapping.fields, date1904: false, profile: this.#profile })
      if (reading.what === 'case') {
        const before = found.get(reading.row.caseNo)
        found.set(reading.row.caseNo, { row: before ? mergeRows(before.row, reading.row) : reading.row, stamp })
      } else if (reading.what === 'refused') {
        const { reason, detail, caseNo } = reading.refusal
        // Refused, but there: it has not vanished.
        if (caseNo) seen?.add(caseNo)
        const hash = createHash('sha256').update(key).digest('hex').slice(0, 12)
        this.#context.refuse([{ ...refuse(reason, `${key}|${JSON.stringify(values)}`, detail), excerpt: `行 ${hash}` }])
      }
    }
    return found
  }

  /** @returns true when too much is gone to be believed */
  async #vanished(scan: Scan): Promise<boolean> {
    const { store } = this.#context
    const known = knownCases(store)
    const open = [...known.values()].filter(isOpen).length
    const seen = scan.seen ?? new Set<string>()
    const asked = await this.#confirm.confirmed()
    const verdict: Verdict =
      seen.size === 0 && open > 0
        ? { what: 'hold', vanished: open, open }
        : diffCases({
            known,
            rows: [],
            deleted: new Set(),
            present: seen,
            absent: new Set(),
            exportedMs: scan.dbMs,
            maxVanish: this.#config.maxVanish,
            // Confirmed is what the person was shown: if still more is gone, it is asked again.
            confirmed: this.#config.maxVanish >= 1 || (asked !== undefined && goneOf(known, seen) <= asked),
            first: false,
          })
    if (asked !== undefined) await this.#confirm.forget()
    if (verdict.what === 'hold') {
      await this.#hold(verdict)
      return true
    }
    const drafts = verdict.changes.map((change) => this.#draft(change, '', scan))
    scan.events += drafts.length
    await this.#context.deliver(drafts, remembered(verdict.known))
    return false
  }

  async #hold({ vanished, open }: Extract<Verdict, { what: 'hold' }>): Promise<void> {
    const share = percent(vanished, open)
    const detail =
      `视图里少了 ${share}% 在办案件（${vanished}/${open}），已暂缓，不作删除。请核对该账号的查看权限；` +
      '若确实如此，由系统管理员在采集台确认'
    this.#context.state('degraded', detail.slice(0, 200))
    const now = this.#context.clock.now()
    await this.#context.deliver([
      this.say('collector.rejected', `held|${vanished}|${open}|${Math.floor(now / 86_400_000)}`, {
        reason: 'held',
        detail,
        percent: share,
        vanished,
        open,
      }),
    ])
  }

  #draft(change: Parameters<typeof caseDraft>[0], stamp: string, { dbMs, first }: Scan): Draft {
    const { zone, backfillAfterH } = this.#profile
    // PostgreSQL writes `+08`.
    const moment = readMoment(stamp.replace(/([+-]\d{2})$/, '$1:00'), zone) ?? atZone(dbMs, zone)
    return caseDraft(change, {
      device: this.#config.id,
      mark: stamp === '' ? String(dbMs) : stamp,
      observedMs: moment.ms,
      observedAt: moment.observedAt,
      late: first || dbMs - moment.ms > backfillAfterH * 3_600_000,
    })
  }

  /** An event of the collector itself, once per `mark`. */
  say(type: string, mark: string, data: Record<string, unknown>): Draft {
    const now = this.#context.clock.now()
    return {
      type,
      object: this.#config.id,
      device: this.#config.id,
      nativeKey: `${type}|${mark}`,
      observedMs: now,
      observedAt: atZone(now, this.#profile.zone).observedAt,
      data: { source: this.#config.name, ...data },
    }
  }
}

const goneOf = (known: ReadonlyMap<string, KnownCase>, seen: ReadonlySet<string>): number =>
  [...known.values()].filter((one) => isOpen(one) && !seen.has(one.caseNo)).length

/** Known as it was: the overlap reads the same rows again and again, and they need not be written. */
function isNews(before: KnownCase | undefined, after: KnownCase): boolean {
  if (!before) return true
  const { seenMs: _a, ...old } = before
  const { seenMs: _b, ...now } = after
  const keys = Object.keys(now) as (keyof typeof now)[]
  return keys.some((key) => old[key] !== now[key as keyof CaseFacts])
}
