import { readPage } from './acs-page.ts'
import { usable } from './answer.ts'
import { type DeviceClient, DeviceError, type SearchResult } from './dialect.ts'

export const ACS_EVENT = '/ISAPI/AccessControl/AcsEvent?format=json'
const ASK_ROWS = 30
/** More pages than a full device has. */
const MAX_PAGES = 2000

/**
 * All events of one window: one searchID through all pages, the position advanced by what the device gave.
 * @throws DeviceError, DigestRefused, HttpError
 */
export async function searchEvents(
  client: DeviceClient,
  window: { startTime: string; endTime: string },
  searchID: string,
  signal: AbortSignal,
): Promise<SearchResult> {
  const result: SearchResult = { rows: [], refusals: [], complete: true, pages: 0 }
  let position = 0
  while (result.pages < MAX_PAGES) {
    const condition = { searchID, searchResultPosition: position, maxResults: ASK_ROWS, major: 0, minor: 0, ...window }
    const body = JSON.stringify({ AcsEventCond: condition })
    const page = readPage(usable(await client.request({ method: 'POST', path: ACS_EVENT, body, signal })).body)
    if (!page.ok) throw new DeviceError('bad_answer', page.refusal.detail, [page.refusal])
    result.pages++
    result.rows.push(...page.rows)
    result.refusals.push(...page.refusals)
    position += page.count
    if (!page.more) return result
    if (page.count === 0) break
  }
  return { ...result, complete: false }
}
