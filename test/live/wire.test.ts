import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { expect, test } from 'vitest'
import { awaitAck, backlogBytes, encode, textFrame, write } from '../../server/live/wire.ts'

/** These use the inside of Socket.IO: they fail when a new version changes it. */
test.each([['websocket'], ['polling']])(
  'a packet of ours is an event of theirs, acknowledged by each (%s)',
  async (transport) => {
    const http = createServer()
    const server = new Server(http)
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/wall`
    const taken = new Set<string>()
    const data = { 面板: '门禁', n: [1, 2, 3], text: 'x'.repeat(70_000) }
    server.of('/wall').on('connection', (socket) => {
      awaitAck(socket, 7, () => taken.add(socket.id))
      write(socket, encode('/wall', 'delta', JSON.stringify(data), 7))
      expect(backlogBytes(socket)).toBeGreaterThanOrEqual(0)
    })
    const clients = [1, 2].map(() => io(url, { transports: [transport], forceNew: true, reconnection: false }))
    const seen = await Promise.all(
      clients.map(
        (client) =>
          new Promise((resolve) => {
            client.on('delta', (got: unknown, ack: () => void) => {
              ack()
              resolve(got)
            })
          }),
      ),
    )
    expect(seen).toEqual([data, data])
    await expect.poll(() => taken.size).toBe(2)
    for (const client of clients) client.disconnect()
    await server.close()
  },
)

test('a frame tells its length (RFC 6455 5.2)', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 70_000), (size) => {
      const [header = Buffer.alloc(0), payload = Buffer.alloc(0)] = textFrame(Buffer.alloc(size, 120))
      expect(header[0]).toBe(0x81)
      const short = (header[1] ?? 0) & 0x7f
      const length = short < 126 ? short : short === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2))
      expect([length, payload.length, (header[1] ?? 0) & 0x80]).toEqual([size, size, 0])
    }),
  )
})
