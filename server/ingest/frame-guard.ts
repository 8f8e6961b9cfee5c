import type { Socket } from 'node:net'

/**
 * Reads only the fixed headers of an MQTT stream (MQTT 3.1.1, 2.2.3) to see a packet that is too long before it is
 * gathered in memory: aedes has no limit of its own.
 */
export class FrameGuard {
  readonly #most: number
  #skip = 0
  /** Length bytes of the header being read; -1 = the type byte comes next. */
  #read = -1
  #length = 0

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  /** @returns false when a packet announces more than the limit, or its length is malformed */
  feed(chunk: Uint8Array): boolean {
    let at = 0
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at)
        this.#skip -= step
        at += step
        continue
      }
      const byte = chunk[at++] ?? 0
      if (this.#read < 0) {
        this.#read = 0
        this.#length = 0
        continue
      }
      if (this.#read === 4) return false
      this.#length += (byte & 127) * 128 ** this.#read++
      if (this.#length > this.#most) return false
      if (byte & 128) continue
      this.#skip = this.#length
      this.#read = -1
    }
    return true
  }
}

/** Ends a connection that announces a packet above the limit. */
export function guardFrames(socket: Socket, mostBytes: number): void {
  const guard = new FrameGuard(mostBytes)
  const read = socket.read.bind(socket)
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size)
    if (!(chunk instanceof Uint8Array) || guard.feed(chunk)) return chunk
    socket.destroy(new Error('MQTT 报文超过长度上限'))
    return null
  }
}
