import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { officeTime } from '../../config/zone.ts'
import type { Clock } from '../clock.ts'
import type { DigestAlgorithm } from '../intake/digest.ts'
import { createServer } from '../intake/node-http.ts'
import { type DahuaPass, type DahuaRecord, DahuaStore, type DahuaStoreOptions } from './dahua-store.ts'
import type { ControllerReply, ControllerRequest } from './isapi-controller.ts'
import { DigestGuard } from './isapi-guard.ts'

export interface DahuaControllerOptions extends DahuaStoreOptions {
  host: string
  port: number
  devices: readonly { id: string; username: string; password: string }[]
  clock: Clock
  heartbeatMs?: number
  algorithms?: readonly DigestAlgorithm[]
  /** Very old firmware: asks for Basic only. */
  basicOnly?: boolean
  /** Test double's hand, as of the ISAPI controller. */
  around?(request: ControllerRequest, answer: () => ControllerReply): Promise<ControllerReply | 'handled'>
}

export interface DahuaParts {
  store: DahuaStore
  guard: DigestGuard
  stream: DahuaStream
  clockOffsetMs: number
}

export interface DahuaController {
  readonly port: number
  url(device: string): string
  parts(device: string): DahuaParts
  /** Somebody passes, or is refused: into the memory and, unless `silent`, told on the stream. */
  pass(device: string, pass: DahuaPass, silent?: boolean): DahuaRecord
  /** A contact moves or an alarm starts: only on the stream, as with the real thing. */
  tell(device: string, code: string, action: string, door: number, data?: Record<string, unknown>): void
  start(): Promise<void>
  stop(): Promise<void>
}

const BOUNDARY = 'myboundary'
const TEXT = 'text/plain;charset=utf-8'
const STREAM = 'stream'

/** Everybody who listens to `eventManager`. */
export class DahuaStream {
  readonly #listeners = new Map<ServerResponse, NodeJS.Timeout>()
  readonly #heartbeatMs: number

  constructor(heartbeatMs = 5000) {
    this.#heartbeatMs = heartbeatMs
  }

  get listeners(): number {
    return this.#listeners.size
  }

  attach(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': `multipart/x-mixed-replace; boundary=${BOUNDARY}` })
    response.socket?.setNoDelay(true)
    response.write(part('Heartbeat'))
    this.#listeners.set(
      response,
      setInterval(() => response.write(part('Heartbeat')), this.#heartbeatMs),
    )
    response.on('close', () => this.#forget(response))
  }

  send(text: string): void {
    this.sendRaw(part(text))
  }

  sendRaw(bytes: string | Uint8Array): void {
    for (const response of this.#listeners.keys()) response.write(bytes)
  }

  cut(): void {
    for (const response of [...this.#listeners.keys()]) {
      this.#forget(response)
      response.destroy()
    }
  }

  #forget(response: ServerResponse): void {
    clearInterval(this.#listeners.get(response))
    this.#listeners.delete(response)
  }
}

const part = (text: string): string =>
  `--${BOUNDARY}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}\r\n\r\n`

/** Simulated Dahua controllers as protocols.md 2.2 describes them, each under its own path prefix. */
export function dahuaController(options: DahuaControllerOptions): DahuaController {
  const { clock, algorithms = ['MD5'] } = options
  const devices = new Map(
    options.devices.map(({ id, username, password }) => {
      const parts: DahuaParts = {
        store: new DahuaStore(options),
        guard: new DigestGuard({ username, password, clock, algorithms }),
        stream: new DahuaStream(options.heartbeatMs),
        clockOffsetMs: 0,
      }
      return [id, { id, username, password, parts }]
    }),
  )
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  let port = options.port
  const find = (id: string) => {
    const found = devices.get(id)
    if (!found) throw new Error(`没有设备 ${id}`)
    return found
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume()
    const target = request.url ?? '/'
    const [, id = '', path = '', query = ''] = /^\/([^/?]+)(\/[^?]*)(?:\?(.*))?$/.exec(target) ?? []
    const found = devices.get(id)
    if (!found) return send(response, { status: 404, type: TEXT, body: 'Error\r\nNot Found!' })
    const method = request.method ?? 'GET'
    const answer = (): ControllerReply => {
      const refusal = options.basicOnly
        ? refuseBasic(found, request.headers.authorization)
        : refuseDigest(found.parts.guard, method, target, request.headers.authorization)
      return refusal ?? route(found.parts, path, new URLSearchParams(query), clock)
    }
    const asked: ControllerRequest = { device: id, method, path: `${path}?${query}`, body: '', response }
    const reply = await (options.around?.(asked, answer) ?? answer())
    if (reply === 'handled') return
    if (reply.type === STREAM) return found.parts.stream.attach(response)
    send(response, reply)
  }

  return {
    get port() {
      return port
    },
    url: (id) => `http://${options.host}:${port}/${encodeURIComponent(find(id).id)}`,
    parts: (id) => find(id).parts,
    pass(id, pass, silent = false) {
      const { store, stream, clockOffsetMs } = find(id).parts
      const record = store.add({ ...pass, time: pass.time + clockOffsetMs })
      const { UserID, Method, Status, CreateTime: UTC } = record
      const data = JSON.stringify(
        { Status, UserID, CardNo: '', Method, UTC, RealUTC: Math.floor(pass.time / 1000) },
        null,
        3,
      )
      if (!silent) stream.send(`Code=AccessControl;action=Pulse;index=${record.Door};data=${data}`)
      return record
    },
    tell(id, code, action, door, data = {}) {
      find(id).parts.stream.send(`Code=${code};action=${action};index=${door};data=${JSON.stringify(data, null, 3)}`)
    },
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(options.port, options.host, () => resolve())
      })
      port = (server.address() as AddressInfo).port
    },
    async stop() {
      for (const { parts } of devices.values()) parts.stream.cut()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function refuseDigest(guard: DigestGuard, method: string, uri: string, header?: string): ControllerReply | undefined {
  const verdict = guard.check(method, uri, header)
  if (verdict.ok) return undefined
  return {
    status: 401,
    type: TEXT,
    body: 'Error\r\nUnauthorized!',
    headers: { 'www-authenticate': verdict.challenges },
  }
}

function refuseBasic({ username, password }: { username: string; password: string }, header?: string) {
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  if (header === expected) return undefined
  const headers = { 'www-authenticate': 'Basic realm="DH_00408CA5EA04"' }
  return { status: 401, type: TEXT, body: 'Error\r\nUnauthorized!', headers }
}

function route(parts: DahuaParts, path: string, query: URLSearchParams, clock: Clock): ControllerReply {
  const text = (body: string): ControllerReply => ({ status: 200, type: TEXT, body })
  switch (`${path} ${query.get('action')}`) {
    case '/cgi-bin/recordFinder.cgi find':
      // This family answers 200 also when it refuses.
      return text(parts.store.find(query) ?? 'Error\r\nBad Request!\r\n')
    case '/cgi-bin/global.cgi getCurrentTime': {
      const now = officeTime(clock.now() + parts.clockOffsetMs).toPlainDateTime()
      return text(`result=${now.toString({ smallestUnit: 'second' }).replace('T', ' ')}\r\n`)
    }
    case '/cgi-bin/eventManager.cgi attach':
      return { status: 200, type: STREAM, body: '' }
    default:
      return { status: 404, type: TEXT, body: 'Error\r\nNot Found!\r\n' }
  }
}

function send(response: ServerResponse, { status, type, body, headers }: ControllerReply): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}
