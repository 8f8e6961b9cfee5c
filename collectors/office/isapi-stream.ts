import type { ServerResponse } from 'node:http'
import { type AcsEvent, deviceTime } from './isapi-store.ts'

const BOUNDARY = 'MIME_boundary'
const HEARTBEAT_MS = 10_000

/** The device's endless `alertStream`: heartbeats, and each event as a multipart part to everyone who listens. */
export class AlertStream {
  readonly #device: string
  readonly #now: () => number
  readonly #heartbeatMs: number
  readonly #listeners = new Map<ServerResponse, NodeJS.Timeout>()
  #lastSerial = 0

  constructor(options: { device: string; now: () => number; heartbeatMs?: number }) {
    this.#device = options.device
    this.#now = options.now
    this.#heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS
  }

  get listeners(): number {
    return this.#listeners.size
  }

  attach(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': `multipart/mixed; boundary=${BOUNDARY}`, connection: 'keep-alive' })
    response.socket?.setNoDelay(true)
    response.write(this.heartbeat())
    const timer = setInterval(() => response.write(this.heartbeat()), this.#heartbeatMs)
    this.#listeners.set(response, timer)
    response.on('close', () => this.#forget(response))
  }

  /** `currentEvent: false` is how a device marks what it replays after a reconnect. */
  send(event: AcsEvent, currentEvent = true): void {
    this.sendRaw(this.part(event, currentEvent))
  }

  sendRaw(bytes: string | Uint8Array): void {
    for (const response of this.#listeners.keys()) response.write(bytes)
  }

  /** Cuts everybody off, as a reboot would. */
  cut(): void {
    for (const response of [...this.#listeners.keys()]) response.destroy()
  }

  close(): void {
    for (const response of [...this.#listeners.keys()]) {
      this.#forget(response)
      response.destroy()
    }
  }

  part(event: AcsEvent, currentEvent = true): string {
    const { major, minor, time, ...rest } = event
    const body = {
      ipAddress: '127.0.0.1',
      portNo: 80,
      protocol: 'HTTP',
      channelID: 1,
      dateTime: time,
      activePostCount: 1,
      eventType: 'AccessControllerEvent',
      eventState: 'active',
      eventDescription: 'Access Controller Event',
      deviceID: this.#device,
      AccessControllerEvent: {
        deviceName: this.#device,
        majorEventType: major,
        subEventType: minor,
        ...rest,
        attendanceStatus: 'undefined',
        currentEvent,
        frontSerialNo: this.#lastSerial,
      },
    }
    this.#lastSerial = event.serialNo
    return jsonPart(JSON.stringify(body))
  }

  heartbeat(): string {
    return jsonPart(
      JSON.stringify({
        dateTime: deviceTime(this.#now()),
        activePostCount: 0,
        eventType: 'videoloss',
        eventState: 'inactive',
        eventDescription: 'videoloss alarm',
      }),
    )
  }

  #forget(response: ServerResponse): void {
    clearInterval(this.#listeners.get(response))
    this.#listeners.delete(response)
  }
}

const jsonPart = (body: string): string =>
  `--${BOUNDARY}\r\nContent-Type: application/json; charset="UTF-8"\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}\r\n`
