import type { Socket } from 'socket.io'

/**
 * The one place that touches the inside of Socket.IO (4.8, pinned): a packet is encoded once for many sockets, with an
 * acknowledgement of each, which its public interface does not offer (`adapter.broadcastWithAck` cannot tell who
 * answered). test/live/wire.test.ts fails when a new version changes what is used here.
 */
interface Inside {
  acks: Map<number, (...args: unknown[]) => void>
  client: { writeToEngine(packets: string[], options: WriteOptions): void }
  conn: {
    writeBuffer: { data?: unknown }[]
    transport: { name: string; socket?: { bufferedAmount?: number; terminate?(): void } }
  }
}
interface WriteOptions {
  preEncoded: true
  wsPreEncodedFrame?: Buffer[]
}
/** What both ends agree on for one event, ready to be written to many sockets. */
export interface Packet {
  text: string
  frame: Buffer[]
}

// biome-ignore lint/suspicious/noExplicitAny: Socket.IO's own default event maps
type AnySocket = Socket<any, any, any, any>
const inside = (socket: AnySocket): Inside => socket as unknown as Inside

/** One unmasked final text frame, header and payload (RFC 6455 section 5.2). */
export function textFrame(payload: Buffer): Buffer[] {
  const size = payload.length
  const header = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10)
  header[0] = 0x81
  if (size < 126) header[1] = size
  else if (size < 65_536) {
    header[1] = 126
    header.writeUInt16BE(size, 2)
  } else {
    header[1] = 127
    header.writeBigUInt64BE(BigInt(size), 2)
  }
  return [header, payload]
}

/** Socket.IO packet `2/nsp,id["event",json]` (protocol 5) inside Engine.IO message `4`. */
export function encode(namespace: string, event: string, json: string, ackId?: number): Packet {
  const text = `2${namespace},${ackId ?? ''}["${event}",${json}]`
  return { text, frame: textFrame(Buffer.from(`4${text}`)) }
}

export function write(socket: AnySocket, packet: Packet): void {
  inside(socket).client.writeToEngine([packet.text], { preEncoded: true, wsPreEncodedFrame: packet.frame })
}

/** Calls `taken` when this socket acknowledges packet `id`. */
export const awaitAck = (socket: AnySocket, id: number, taken: () => void): void => {
  inside(socket).acks.set(id, taken)
}
export const forgetAck = (socket: AnySocket, id: number): void => {
  inside(socket).acks.delete(id)
}

/** Bytes that the network has not taken, and packets in front of it; cheap enough to ask before each write. */
export function unsent(socket: AnySocket): { bytes: number; packets: number } {
  const { transport, writeBuffer } = inside(socket).conn
  return { bytes: transport.socket?.bufferedAmount ?? 0, packets: writeBuffer.length }
}

/** All bytes that wait on our side for this client. */
export function backlogBytes(socket: AnySocket): number {
  const { writeBuffer } = inside(socket).conn
  const waiting = writeBuffer.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0)
  return unsent(socket).bytes + waiting
}

/** Cuts the line at once: a polite close would wait half a minute for a client that does not read. */
export function sever(socket: AnySocket): void {
  const { transport } = inside(socket).conn
  socket.disconnect(true)
  transport.socket?.terminate?.()
}
