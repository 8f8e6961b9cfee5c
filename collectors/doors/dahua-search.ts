import { atZone } from '../intake/wall-clock.ts'
import { usable } from './answer.ts'
import { type DahuaRow, deviceSeconds, type RecordsBy, type RecordsReading, readRecords } from './dahua-records.ts'
import { type DeviceClient, DeviceError, type SearchResult } from './dialect.ts'
import type { Slice } from './slices.ts'

/** How a firmware wants its times: epoch, its own wall clock as text, or no filter at all (protocols.md 2.2). */
const MODES = ['epoch', 'text', 'none'] as const
type Mode = (typeof MODES)[number]

const FINDER = '/cgi-bin/recordFinder.cgi?action=find&name=AccessControlCardRec'
const ASK_ROWS = 100
/** More rows of one second than this is no door. */
const MAX_ROWS = 25_600
const MAX_PAGES = 2000

/**
 * Searches one device. There is no offset: the next page begins at the last CreateTime, what it repeats is dropped by
 * RecNo; a page full of one second is asked for again, larger. The way this firmware wants its times is found once.
 */
export class DahuaSearch {
  readonly #by: RecordsBy
  #mode: Mode = 'epoch'
  #proven = false

  constructor(by: RecordsBy) {
    this.#by = by
  }

  /** @throws DeviceError, DigestRefused, HttpError */
  async search(client: DeviceClient, { fromMs, toMs }: Slice, signal: AbortSignal): Promise<SearchResult> {
    const result: SearchResult = { rows: [], refusals: [], complete: true, pages: 0 }
    const seen = new Set<string>()
    const until = this.#seconds(toMs + 999)
    let from = this.#seconds(fromMs)
    let count = ASK_ROWS
    while (result.pages < MAX_PAGES) {
      const page = await this.#page(client, { from, until, count }, signal)
      result.pages++
      result.refusals.push(...page.refusals)
      const fresh = page.rows.filter((row) => isFresh(row, from, until, seen))
      result.rows.push(...fresh)
      if (this.#mode === 'none' || page.found < count) return result
      const last = page.rows.reduce((high, { createTime }) => Math.max(high, createTime), from)
      if (last === from && fresh.length === 0) count *= 2
      else from = last
      if (count > MAX_ROWS) break
    }
    return { ...result, complete: false }
  }

  async #page(client: DeviceClient, ask: Ask, signal: AbortSignal): Promise<Extract<RecordsReading, { ok: true }>> {
    for (;;) {
      const answer = await client.request({ method: 'GET', path: FINDER + this.#parameters(ask), signal })
      const refusedThese = answer.status === 400
      const page: RecordsReading = refusedThese
        ? { ok: false, why: 'error' }
        : readRecords(usable(answer).body, this.#by)
      if (page.ok) {
        this.#proven = true
        return page
      }
      if (page.why === 'garbage') throw new DeviceError('bad_answer', page.refusal.detail, [page.refusal])
      const next = MODES[MODES.indexOf(this.#mode) + 1]
      // What worked before is not given up for one bad moment.
      if (this.#proven) throw new DeviceError('busy', '设备暂时拒绝查询门禁记录，稍后重试')
      if (!next) {
        this.#mode = 'epoch'
        throw new DeviceError('not_supported', '设备不支持查询门禁记录（recordFinder）')
      }
      this.#mode = next
    }
  }

  #parameters({ from, until, count }: Ask): string {
    if (this.#mode === 'none') return `&count=${MAX_ROWS}`
    const time = (seconds: number) => (this.#mode === 'epoch' ? String(seconds) : this.#text(seconds))
    return `&StartTime=${time(from)}&EndTime=${time(until)}&count=${count}`
  }

  /** `YYYY-MM-DD HH:MM:SS` on the device's wall clock. */
  #text(seconds: number): string {
    const { epochIsLocal, profile } = this.#by
    const zone = epochIsLocal ? 'UTC' : profile.zone
    return encodeURIComponent(
      atZone(seconds * 1000, zone)
        .observedAt.slice(0, 19)
        .replace('T', ' '),
    )
  }

  #seconds(ms: number): number {
    return deviceSeconds(ms, this.#by.epochIsLocal, this.#by.profile.zone)
  }
}

interface Ask {
  from: number
  until: number
  count: number
}

function isFresh({ createTime, serialNo }: DahuaRow, from: number, until: number, seen: Set<string>): boolean {
  const key = `${serialNo}@${createTime}`
  if (createTime < from || createTime > until || seen.has(key)) return false
  seen.add(key)
  return true
}
