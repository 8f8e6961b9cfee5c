import { officeTime } from '../../config/zone.ts'
import { openHttp, readAnswer } from '../intake/http.ts'

/** One event in the memory of a simulated ZK controller. */
export interface ZkEvent {
  /** Epoch ms. */
  time: number
  event: number
  pin?: string
  door?: number
  verify?: number
  inOut?: 0 | 1
}

export interface ZkDeviceOptions {
  serial: string
  mode: 'att' | 'acc'
  /** Base URL of the collector; undefined while it does not listen. */
  server(): string | undefined
  timeoutMs?: number
  /** Rows a post. */
  batch?: number
  /** Newer firmware sends 0 on every row. */
  indexed?: boolean
  commKey?: string
  /** Test double's hand: what goes out instead of this request; undefined = not sent at all. */
  around?(request: ZkRequest, send: (request: ZkRequest) => Promise<string | undefined>): Promise<string | undefined>
}

export interface ZkRequest {
  method: 'GET' | 'POST'
  path: string
  body?: string
}

const stamp = (ms: number): string =>
  officeTime(ms).toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ')

/**
 * A simulated ZK device (protocols.md 2.3): the client of the collector. It keeps every row until it is answered OK, and
 * sends the same batch again until then.
 */
export class ZkDevice {
  readonly #options: ZkDeviceOptions
  readonly #queue: string[] = []
  #index = 0
  #stamp = 0
  #ready = false
  /** What the server told in the handshake. */
  handshake: string | undefined
  clockOffsetMs = 0

  constructor(options: ZkDeviceOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** A thing happens at the door: into the memory; `flush` brings it out. */
  add(event: ZkEvent): void {
    this.#index++
    this.#queue.push(this.#options.mode === 'acc' ? this.#rtlog(event) : this.#attlog(event))
  }

  /** Rows that the ring memory has lost: their numbers are gone. */
  lose(rows: number): void {
    this.#queue.splice(0, rows)
  }

  #rtlog({ time, event, pin = '0', door = 1, verify = 15, inOut = 0 }: ZkEvent): string {
    const index = this.#options.indexed === false ? 0 : this.#index
    const at = stamp(time + this.clockOffsetMs)
    return `time=${at}\tpin=${pin}\tcardno=0\teventaddr=${door}\tevent=${event}\tinoutstatus=${inOut}\tverifytype=${verify}\tindex=${index}`
  }

  #attlog({ time, pin = '0', verify = 15, inOut = 0 }: ZkEvent): string {
    return `${pin}\t${stamp(time + this.clockOffsetMs)}\t${inOut}\t${verify}\t0\t0\t0`
  }

  /** Signs in, then sends until the memory is empty or an answer is not OK. True: all of it is at the server. */
  async flush(): Promise<boolean> {
    if (!this.#ready) await this.connect()
    while (this.#ready && this.#queue.length > 0) {
      const rows = this.#queue.slice(0, this.#options.batch ?? 20)
      const table = this.#options.mode === 'acc' ? 'rtlog' : 'ATTLOG'
      const answer = await this.post(table, `${rows.join('\r\n')}\r\n`, this.#stamp + rows.length)
      if (!/^OK/.test(answer ?? '')) return false
      this.#stamp += rows.length
      this.#queue.splice(0, rows.length)
    }
    return this.#ready
  }

  async connect(): Promise<void> {
    const { mode, commKey } = this.#options
    const key = commKey === undefined ? '' : `&pushcommkey=${encodeURIComponent(commKey)}`
    const type = mode === 'acc' ? '&DeviceType=acc' : ''
    this.handshake = await this.#call({ method: 'GET', path: `/iclock/cdata?${this.#who()}&options=all${type}${key}` })
    if (this.handshake !== undefined && mode === 'acc') {
      await this.#call({
        method: 'POST',
        path: `/iclock/registry?${this.#who()}`,
        body: 'DeviceType=acc,~DeviceName=demo',
      })
      await this.#call({ method: 'POST', path: `/iclock/push?${this.#who()}`, body: '' })
    }
    this.#ready = this.handshake !== undefined
  }

  /** State of the contacts, as the device tells it all the time. `sensor`: 1 closed, 2 open. */
  state(time: number, sensor: 1 | 2, door = 1): Promise<string | undefined> {
    const bits = (sensor << ((door - 1) * 2)).toString(16).padStart(2, '0')
    const body = `time=${stamp(time + this.clockOffsetMs)}\tsensor=${bits}\trelay=01\talarm=0000000000000000\tdoor=01\r\n`
    return this.post('rtstate', body)
  }

  ping(): Promise<string | undefined> {
    return this.#call({ method: 'GET', path: `/iclock/getrequest?${this.#who()}` })
  }

  /** The answer of a 200; undefined for anything else or none. */
  post(table: string, body: string, at?: number): Promise<string | undefined> {
    const marked = at === undefined ? '' : `&Stamp=${at}`
    return this.#call({ method: 'POST', path: `/iclock/cdata?${this.#who()}&table=${table}${marked}`, body })
  }

  readonly #who = (): string => `SN=${this.#options.serial}`

  #call(request: ZkRequest): Promise<string | undefined> {
    const send = (asked: ZkRequest): Promise<string | undefined> => this.#send(asked)
    return this.#options.around?.(request, send) ?? send(request)
  }

  async #send({ method, path, body }: ZkRequest): Promise<string | undefined> {
    const { server, timeoutMs = 5000 } = this.#options
    const base = server()
    if (!base) return undefined
    try {
      const headers = { 'content-type': 'text/plain' }
      const url = new URL(path, base)
      const answer = await readAnswer(await openHttp({ method, url, headers, body, timeoutMs }), 65_536, timeoutMs)
      return answer.status === 200 ? answer.body.toString('utf8') : undefined
    } catch {
      return undefined
    }
  }
}
