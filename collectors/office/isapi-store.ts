import { officeTime } from '../../config/zone.ts'

/** One entry of a controller's event memory, as ISAPI names it. `time` is the device's wall clock with offset. */
export interface AcsEvent {
  major: number
  minor: number
  time: string
  doorNo?: number
  employeeNoString?: string
  name?: string
  cardNo?: string
  cardReaderNo?: number
  currentVerifyMode?: string
  userType?: string
  serialNo: number
}

export interface AcsEventInput extends Omit<AcsEvent, 'serialNo' | 'time' | 'employeeNoString'> {
  /** Epoch ms. */
  time: number
  employeeNo?: string
}

/** A page as `POST AcsEvent` answers it. */
export interface AcsPage {
  searchID: string
  totalMatches: number
  responseStatusStrg: string
  numOfMatches: number
  InfoList?: AcsEvent[]
}

export interface AcsSearch {
  searchID: string
  searchResultPosition: number
  maxResults: number
  major: number
  minor: number
  startMs: number
  endMs: number
}

/** Devices keep 18–25 k events and answer at most 30 of them, whatever is asked. */
export const CAPACITY = 25_000
export const PAGE = 30

/** A controller's ring memory: the oldest event gives way, serial numbers go on. */
export class AcsStore {
  readonly #entries: { ms: number; event: AcsEvent }[] = []
  readonly #capacity: number
  #serial: number

  constructor(capacity = CAPACITY, firstSerial = 1) {
    this.#capacity = capacity
    this.#serial = firstSerial
  }

  get size(): number {
    return this.#entries.length
  }
  get lastSerial(): number {
    return this.#serial - 1
  }

  add({ time, employeeNo, ...rest }: AcsEventInput): AcsEvent {
    const event: AcsEvent = { ...rest, time: deviceTime(time), serialNo: this.#serial++ }
    if (employeeNo !== undefined) event.employeeNoString = employeeNo
    this.#entries.push({ ms: time, event })
    if (this.#entries.length > this.#capacity) this.#entries.shift()
    return event
  }

  /** Factory reset: memory empty, numbering from `serial` again. */
  reset(serial = 1): void {
    this.#entries.length = 0
    this.#serial = serial
  }

  search(by: AcsSearch): AcsPage {
    const fits = this.#entries.filter(
      ({ ms, event }) =>
        ms >= by.startMs &&
        ms <= by.endMs &&
        (by.major === 0 || event.major === by.major) &&
        (by.minor === 0 || event.minor === by.minor),
    )
    const end = by.searchResultPosition + Math.min(by.maxResults, PAGE)
    const rows = fits.slice(by.searchResultPosition, end).map(({ event }) => event)
    const base = { searchID: by.searchID, totalMatches: fits.length, numOfMatches: rows.length }
    if (rows.length === 0) return { ...base, responseStatusStrg: 'NO MATCH' }
    return { ...base, responseStatusStrg: end < fits.length ? 'MORE' : 'OK', InfoList: rows }
  }
}

/** `2026-11-24T08:31:05+08:00`: ISAPI has whole seconds and an offset. */
export const deviceTime = (ms: number): string =>
  officeTime(ms).toString({ smallestUnit: 'second', timeZoneName: 'never', offset: 'auto' })
