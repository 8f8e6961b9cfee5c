import type { DigestClient } from '../intake/digest-client.ts'
import type { HttpAnswer } from '../intake/http.ts'
import type { Refusal } from '../source.ts'
import type { AcsRow } from './acs-event.ts'
import { readPage } from './acs-page.ts'

/** Why the device did not give what was asked; the caller decides how to go on. */
export type DeviceTrouble = 'not_supported' | 'busy' | 'bad_answer'

export class DeviceError extends Error {
  readonly trouble: DeviceTrouble
  readonly refusals: readonly Refusal[]
  constructor(trouble: DeviceTrouble, message: string, refusals: readonly Refusal[] = []) {
    super(message)
    this.name = 'DeviceError'
    this.trouble = trouble
    this.refusals = refusals
  }
}

export interface SearchResult {
  rows: AcsRow[]
  refusals: Refusal[]
  /** False: the device said there is more and gave none; what came is kept, the cursor waits. */
  complete: boolean
  pages: number
}

export const ACS_EVENT = '/ISAPI/AccessControl/AcsEvent?format=json'
const ASK_ROWS = 30
/** More pages than a full device has. */
const MAX_PAGES = 2000

/**
 * All events of one window: one searchID through all pages, the position advanced by what the device gave.
 * @throws DeviceError, DigestRefused, HttpError
 */
export async function searchEvents(
  client: DigestClient,
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

/** Anything but 200 is a trouble with a name. @throws DeviceError */
export function usable(answer: HttpAnswer): HttpAnswer {
  if (answer.status === 200) return answer
  const text = answer.body.subarray(0, 2000).toString('utf8')
  if (answer.status === 403 || answer.status === 404 || /notSupport/i.test(text))
    throw new DeviceError('not_supported', `设备不支持此功能（HTTP ${answer.status}）`)
  if (answer.status >= 500 || /deviceBusy/i.test(text))
    throw new DeviceError('busy', `设备忙（HTTP ${answer.status}），稍后重试`)
  throw new DeviceError('bad_answer', `设备返回 HTTP ${answer.status}`)
}
