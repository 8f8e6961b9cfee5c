import { officeTime } from '../../config/zone.ts'

/** One entry of a Dahua controller's record memory. */
export interface DahuaRecord {
  RecNo: number
  /** Epoch seconds as the device counts. */
  CreateTime: number
  UserID: string
  CardName: string
  CardNo: string
  Method: number
  Status: 0 | 1
  ErrorCode: number
  Door: number
  ReaderID: number
  Type: 'Entry' | 'Exit'
}

export interface DahuaPass {
  /** Epoch ms. */
  time: number
  userId?: string
  name?: string
  cardNo?: string
  method?: number
  status?: 0 | 1
  errorCode?: number
  /** From 0, as in CGI. */
  door?: number
}

/** How a firmware takes times (protocols.md 2.2). */
export type DahuaFirmware = 'epoch' | 'text' | 'no-filter'

export interface DahuaStoreOptions {
  firmware?: DahuaFirmware
  /** Stores local time as if it were UTC. */
  epochIsLocal?: boolean
  capacity?: number
}

/** The ring memory behind `recordFinder`: no offset, the oldest rows of the asked window first. */
export class DahuaStore {
  firmware: DahuaFirmware
  readonly #epochIsLocal: boolean
  readonly #capacity: number
  readonly #records: DahuaRecord[] = []
  #next = 1

  constructor({ firmware = 'epoch', epochIsLocal = false, capacity = 25_000 }: DahuaStoreOptions = {}) {
    this.firmware = firmware
    this.#epochIsLocal = epochIsLocal
    this.#capacity = capacity
  }

  add(pass: DahuaPass): DahuaRecord {
    const record: DahuaRecord = {
      RecNo: this.#next++,
      CreateTime: this.seconds(pass.time),
      UserID: pass.userId ?? '',
      CardName: pass.name ?? '',
      CardNo: pass.cardNo ?? '',
      Method: pass.method ?? 15,
      Status: pass.status ?? 1,
      ErrorCode: pass.errorCode ?? 0,
      Door: pass.door ?? 0,
      ReaderID: 1,
      Type: 'Entry',
    }
    this.#records.push(record)
    if (this.#records.length > this.#capacity) this.#records.shift()
    return record
  }

  /** Factory reset: memory empty, numbering from `next` again. */
  reset(next = 1): void {
    this.#records.length = 0
    this.#next = next
  }

  /** Undefined: this firmware does not take these parameters. */
  find(query: URLSearchParams): string | undefined {
    const window = this.#window(query)
    if (!window) return undefined
    const count = Number(query.get('count') ?? 100)
    const fits = this.#records.filter(({ CreateTime }) => CreateTime >= window.from && CreateTime <= window.until)
    const found = fits.slice(0, count)
    const lines = found.flatMap((record, at) =>
      Object.entries(record).map(([key, value]) => `records[${at}].${key}=${value}`),
    )
    return [`totalCount=${fits.length}`, `found=${found.length}`, ...lines, ''].join('\r\n')
  }

  #window(query: URLSearchParams): { from: number; until: number } | undefined {
    const [start, end] = [query.get('StartTime'), query.get('EndTime')]
    if (this.firmware === 'no-filter') return start || end ? undefined : { from: 0, until: Number.POSITIVE_INFINITY }
    const read = (text: string | null) => (this.firmware === 'epoch' ? epoch(text) : this.#wall(text))
    const [from, until] = [read(start), read(end)]
    return from === undefined || until === undefined ? undefined : { from, until }
  }

  #wall(text: string | null): number | undefined {
    if (!text || !/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return undefined
    return this.seconds(Date.parse(`${text.replace(' ', 'T')}+08:00`))
  }

  /** How this model counts that instant. */
  seconds(ms: number): number {
    return Math.floor(ms / 1000) + (this.#epochIsLocal ? officeTime(ms).offsetNanoseconds / 1e9 : 0)
  }
}

const epoch = (text: string | null): number | undefined =>
  text !== null && /^\d{9,11}$/.test(text) ? Number(text) : undefined
