import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { clamdScanner } from '../../server/scanner/clamd.ts'
import { eicar } from '../doubles/clamd.ts'
import { type Clamd, startClamd, temporaryFolder } from '../services.ts'

describe('against a real clamd', () => {
  let clamd: Clamd
  beforeAll(async () => {
    clamd = await startClamd()
  }, 60_000)
  afterAll(() => clamd.stop())

  it('finds the test string, by socket and by port', async () => {
    const port = Number(new URL(clamd.url).port)
    for (const scanner of [clamdScanner({ socket: clamd.socket }), clamdScanner({ port })]) {
      expect(await scanner.scan(eicar())).toBe('infected')
      expect(await scanner.scan(Buffer.from('一份申诉材料'))).toBe('clean')
      expect(await scanner.scan(Buffer.concat([Buffer.alloc(200_000, 0x20), eicar()]))).toBe('infected')
    }
  })
  it('does not call clean what is over its limit', async () => {
    const scanner = clamdScanner({ socket: clamd.socket })
    expect(await scanner.scan(Buffer.alloc(3 * 1024 * 1024))).toBe('unknown')
    expect(await scanner.scan(Buffer.from('afterwards'))).toBe('clean')
  })
})

describe('a clamd that does not do what it should', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })
  const answering = (act: (socket: Socket) => void): Promise<string> =>
    new Promise((resolve) => {
      const path = join(temporaryFolder('scanner'), 's')
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => act(socket))
      })
      servers.push(server)
      server.listen(path, () => resolve(path))
    })

  it.each<[string, (socket: Socket) => void]>([
    ['hangs up', (socket) => socket.destroy()],
    ['says half of it', (socket) => socket.end('stream: O')],
    ['says OK and no end', (socket) => socket.end('stream: OK')],
    ['says an error', (socket) => socket.end('INSTREAM size limit exceeded. ERROR\0')],
    ['says nothing', () => undefined],
    ['never ends', (socket) => socket.write('x'.repeat(100_000))],
  ])('that %s is unknown', async (_, act) => {
    expect(await clamdScanner({ socket: await answering(act) }, 300).scan(Buffer.from('x'))).toBe('unknown')
  })
  it('that is not there is unknown', async () => {
    expect(await clamdScanner({ socket: '/nonexistent/clamd.sock' }).scan(Buffer.from('x'))).toBe('unknown')
  })
  it('never makes clean of any other answer (property)', async () => {
    let reply = ''
    const path = await answering((socket) => socket.end(reply))
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), async (text) => {
        reply = text
        const scan = await clamdScanner({ socket: path }, 2000).scan(Buffer.from('x'))
        expect(scan === 'clean').toBe(/: OK\0$/.test(text))
      }),
      { numRuns: 40 },
    )
  })
})
