import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../clock.ts'
import type { DigestAlgorithm } from '../intake/digest.ts'
import { createServer } from '../intake/node-http.ts'
import { DigestGuard, type Verdict } from './isapi-guard.ts'
import { type AcsEvent, type AcsEventInput, AcsStore, deviceTime } from './isapi-store.ts'
import { AlertStream } from './isapi-stream.ts'

/**
 * Simulated Hikvision door controllers: one HTTP server for several devices, each under its own path prefix
 * (`http://host:port/hik-1/ISAPI/…`), with digest, lock-out, event memory and alertStream as protocols.md 2.1
 * describes them. In sources.yaml each device has `url: http://127.0.0.1:PORT/DEVICE-ID`; a controller with a single
 * device also answers without the prefix.
 */
export interface ControllerDevice {
  id: string
  username: string
  password: string
  /** How many doors; only said in deviceInfo. */
  doors: number
}

export interface ControllerReply {
  status: number
  type: string
  body: string
  headers?: Record<string, string | string[]>
}

export interface ControllerRequest {
  device: string
  method: string
  /** Path below the device's prefix, without query. */
  path: string
  body: string
  response: ServerResponse
}

export interface ControllerOptions {
  host: string
  /** 0 = any free one, see `port` after start. */
  port: number
  devices: readonly ControllerDevice[]
  clock: Clock
  log?: { debug(message: string): void }
  heartbeatMs?: number
  /** Events a device keeps. */
  capacity?: number
  algorithms?: readonly DigestAlgorithm[]
  /** A real controller goes on counting after a reboot; without this the numbering starts at 1 again (a reset). */
  serials?: { load(device: string): number; save(device: string, last: number): void }
  /** Test double's hand: answers instead of the device, or changes its answer; 'handled' = has written itself. */
  around?(request: ControllerRequest, answer: () => ControllerReply): Promise<ControllerReply | 'handled'>
}

/** One device's parts, for tests and scenarios. */
export interface ControllerParts {
  store: AcsStore
  guard: DigestGuard
  stream: AlertStream
  /** The device's clock is ahead of the real one by that much. */
  clockOffsetMs: number
}

export interface IsapiController {
  /** After start. */
  readonly port: number
  /** Base URL of a device, for sources.yaml. */
  url(device: string): string
  parts(device: string): ControllerParts
  /** A thing happens at the door: into the memory and, unless `silent`, out on the stream. Returns its serialNo. */
  inject(device: string, event: AcsEventInput, silent?: boolean): number
  start(): Promise<void>
  stop(): Promise<void>
}

const MAX_BODY = 64 * 1024
const JSON_TYPE = 'application/json; charset="UTF-8"'
const XML_TYPE = 'application/xml; charset="UTF-8"'

/** Constructing does nothing; start listens. @throws Error naming a taken port */
export function isapiController(options: ControllerOptions): IsapiController {
  const devices = new Map(options.devices.map((device) => [device.id, { device, parts: makeParts(device, options) }]))
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 65_000
  let port = options.port

  const find = (id: string) => {
    const found = devices.get(id)
    if (!found) throw new Error(`没有设备 ${id}`)
    return found
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/'
    const [, id = '', rest = ''] = /^\/([^/?]+)(\/[^?]*)/.exec(target) ?? []
    const [only] = devices.size === 1 && id === 'ISAPI' ? devices.values() : []
    const found = only ?? devices.get(decodeSafely(id))
    const path = only ? `/${id}${rest}` : rest
    const body = await readBody(request)
    if (!found || body === undefined) return send(response, status(404, 'notSupport'))
    const method = request.method ?? 'GET'
    const answer = (): ControllerReply => {
      const verdict = found.parts.guard.check(method, target, request.headers.authorization)
      return verdict.ok ? route(found.device, found.parts, method, path, body, options.clock) : unauthorized(verdict)
    }
    const reply = await (options.around?.({ device: found.device.id, method, path, body, response }, answer) ??
      answer())
    if (reply === 'handled') return
    if (reply.type === STREAM) return found.parts.stream.attach(response)
    send(response, reply)
  }

  return {
    get port() {
      return port
    },
    url: (id) => `http://${options.host}:${port}/${encodeURIComponent(find(id).device.id)}`,
    parts: (id) => find(id).parts,
    inject(id, input, silent = false) {
      const { parts } = find(id)
      const event = parts.store.add({ ...input, time: input.time + parts.clockOffsetMs })
      options.serials?.save(id, event.serialNo)
      if (!silent) parts.stream.send(event)
      return event.serialNo
    },
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(options.port, options.host, () => {
          server.off('error', reject)
          resolve()
        })
      })
      port = (server.address() as AddressInfo).port
    },
    async stop() {
      for (const { parts } of devices.values()) parts.stream.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const STREAM = 'stream'

function makeParts(device: ControllerDevice, options: ControllerOptions): ControllerParts {
  const { clock, algorithms, capacity, heartbeatMs, serials } = options
  const parts: ControllerParts = {
    store: new AcsStore(capacity, (serials?.load(device.id) ?? 0) + 1),
    guard: new DigestGuard({ username: device.username, password: device.password, clock, algorithms }),
    stream: new AlertStream({ device: device.id, now: () => clock.now() + parts.clockOffsetMs, heartbeatMs }),
    clockOffsetMs: 0,
  }
  return parts
}

function route(
  device: ControllerDevice,
  parts: ControllerParts,
  method: string,
  path: string,
  body: string,
  clock: Clock,
): ControllerReply {
  switch (`${method} ${path}`) {
    case 'POST /ISAPI/AccessControl/AcsEvent':
      return acsEvent(parts, body)
    case 'GET /ISAPI/Event/notification/alertStream':
      return { status: 200, type: STREAM, body: '' }
    case 'GET /ISAPI/System/deviceInfo':
      return { status: 200, type: XML_TYPE, body: deviceInfo(device) }
    case 'GET /ISAPI/System/time':
      return { status: 200, type: XML_TYPE, body: systemTime(clock.now() + parts.clockOffsetMs) }
    default:
      return status(403, 'notSupport')
  }
}

function acsEvent({ store }: ControllerParts, body: string): ControllerReply {
  const condition = readCondition(body)
  if (!condition) return status(400, 'badJsonContent')
  return { status: 200, type: JSON_TYPE, body: JSON.stringify({ AcsEvent: store.search(condition) }) }
}

function readCondition(body: string) {
  try {
    const { AcsEventCond: by } = JSON.parse(body) as { AcsEventCond: Record<string, unknown> }
    const startMs = Temporal.Instant.from(String(by.startTime)).epochMilliseconds
    const endMs = Temporal.Instant.from(String(by.endTime)).epochMilliseconds
    const number = (value: unknown) => (typeof value === 'number' ? value : 0)
    return {
      searchID: String(by.searchID),
      searchResultPosition: number(by.searchResultPosition),
      maxResults: number(by.maxResults),
      major: number(by.major),
      minor: number(by.minor),
      startMs,
      endMs,
    }
  } catch {
    return undefined
  }
}

const XMLNS = 'version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"'
const deviceInfo = ({ id, doors }: ControllerDevice): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<DeviceInfo ${XMLNS}><deviceName>演示门禁 ${id}</deviceName><deviceID>${id}</deviceID><model>DS-K2604-DEMO</model><serialNumber>DEMO-${id}</serialNumber><firmwareVersion>V3.5.2</firmwareVersion><deviceType>ACS</deviceType><localZoneNum>${doors}</localZoneNum></DeviceInfo>`
const systemTime = (ms: number): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Time ${XMLNS}><timeMode>NTP</timeMode><localTime>${deviceTime(ms)}</localTime><timeZone>CST-8:00:00</timeZone></Time>`

/** ISAPI's ResponseStatus. */
export const status = (code: number, subStatusCode: string): ControllerReply => ({
  status: code,
  type: JSON_TYPE,
  body: JSON.stringify({ statusCode: 4, statusString: 'Invalid Operation', subStatusCode }),
})

function unauthorized(verdict: Exclude<Verdict, { ok: true }>): ControllerReply {
  const reply = status(401, verdict.why === 'locked' ? 'userLocked' : 'unauthorized')
  return { ...reply, headers: { 'www-authenticate': verdict.challenges } }
}

function send(response: ServerResponse, { status: code, type, body, headers }: ControllerReply): void {
  response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export type { AcsEvent, AcsEventInput }
