import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'

export interface SyslogTarget {
  host: string
  tcp?: number
  udp?: number
}

/**
 * Sends syslog as a console does: TCP with octet counting (RFC 6587) when the receiver offers it, else UDP.
 * Nothing is acknowledged; while the receiver is away, messages wait here, the oldest go first when there are too many.
 */
export class SyslogSender {
  readonly #target: () => SyslogTarget | undefined
  readonly #waiting: Buffer[] = []
  #socket: Socket | undefined
  #udp: UdpSocket | undefined
  #connected = false
  #retryAt = 0
  /** Messages given up for lack of room. */
  lost = 0

  constructor(target: () => SyslogTarget | undefined) {
    this.#target = target
  }

  get connected(): boolean {
    return this.#connected
  }

  send(line: string): void {
    const bytes = Buffer.from(line)
    this.#waiting.push(bytes)
    if (this.#waiting.length > 20_000) {
      this.#waiting.shift()
      this.lost += 1
    }
  }

  /** Connects when it must and writes what waits. */
  flush(now: number): void {
    const target = this.#target()
    if (!target) return
    if (target.tcp === undefined) this.#flushUdp(target)
    else this.#flushTcp(target.host, target.tcp, now)
  }

  #flushTcp(host: string, port: number, now: number): void {
    if (!this.#socket && now >= this.#retryAt) this.#open(host, port, now)
    if (!this.#connected || !this.#socket || this.#waiting.length === 0) return
    if (this.#socket.writableLength > 1_000_000) return
    const frames = this.#waiting.splice(0, 500).flatMap((bytes) => [Buffer.from(`${bytes.length} `), bytes])
    this.#socket.write(Buffer.concat(frames))
  }

  close(): void {
    this.#socket?.end()
    this.#socket = undefined
    this.#connected = false
    this.#udp?.close()
    this.#udp = undefined
  }

  #open(host: string, port: number, now: number): void {
    this.#retryAt = now + 1000
    const socket = connect({ host, port })
    this.#socket = socket
    socket.on('connect', () => {
      this.#connected = this.#socket === socket
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      this.#connected = false
    })
    socket.resume()
  }

  #flushUdp({ host, udp }: SyslogTarget): void {
    if (udp === undefined) return
    this.#udp ??= createSocket('udp4').on('error', () => {})
    this.#connected = true
    for (const bytes of this.#waiting.splice(0, 200)) this.#udp.send(bytes, udp, host)
  }
}
