import { connect } from 'node:net'

/** Where a clamd listens: a Unix socket, or a port of this machine (its TCP has neither sign-in nor encryption). */
export type ClamdAddress = { socket: string } | { port: number }

/** `unknown`: it cannot be asked, has not answered in time, or the file is over its StreamMaxLength. */
export type Scan = 'clean' | 'infected' | 'unknown'

const TIMEOUT_MS = 20_000
const MAX_REPLY = 4096
const CHUNK = 64 * 1024

/**
 * Has bytes from outside looked through by clamd, `zINSTREAM` of clamd(8): chunks with a 32-bit length, one of length 0,
 * then `stream: OK` or `stream: NAME FOUND`. Never throws: who takes the file decides what an `unknown` means.
 */
export const clamdScanner = (address: ClamdAddress, timeoutMs = TIMEOUT_MS) => ({
  scan: async (bytes: Uint8Array): Promise<Scan> => verdictOf(await converse(address, bytes, timeoutMs)),
})

/** The whole reply, or what came until it broke off. */
function converse(address: ClamdAddress, bytes: Uint8Array, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = 'socket' in address ? connect(address.socket) : connect(address.port, '127.0.0.1')
    let reply = ''
    const end = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reply)
    }
    const timer = setTimeout(end, timeoutMs)
    socket.once('connect', () => {
      socket.write('zINSTREAM\0')
      for (let from = 0; from < bytes.length; from += CHUNK) {
        const chunk = bytes.subarray(from, from + CHUNK)
        const length = Buffer.alloc(4)
        length.writeUInt32BE(chunk.length)
        socket.write(length)
        socket.write(chunk)
      }
      socket.write(Buffer.alloc(4))
    })
    socket.on('data', (part: Buffer) => {
      reply += part.toString('latin1')
      if (reply.includes('\0') || reply.length > MAX_REPLY) end()
    })
    socket.once('error', end)
    socket.once('close', end)
  })
}

/** Only a whole answer says clean: one that was cut off says nothing. */
function verdictOf(reply: string): Scan {
  if (/: .{1,200} FOUND\0?$/.test(reply)) return 'infected'
  return /: OK\0$/.test(reply) ? 'clean' : 'unknown'
}
