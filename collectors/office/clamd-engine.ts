import { createServer, type Server, type Socket } from 'node:net'

export interface ClamdEngineOptions {
  /** `ClamAV 1.4.6/27834/Mon Nov 23 09:45:00 2026`; without the later parts no signatures are loaded. */
  version(): string
  /** Name of what is in these bytes; undefined = clean. */
  find(bytes: Uint8Array): string | undefined
  /** StreamMaxLength, bytes. */
  maxStream?: number
  /** Answers in place of the honest reply; `handled`: it dealt with the socket itself. For faults. */
  around?(command: string, honest: string, socket: Socket): Promise<string | 'handled'>
}

/** A simulated clamd: z and n commands and INSTREAM as docs.clamav.net describes them (protocols.md 1.4). */
export interface ClamdEngine {
  port: number
  /** Commands so far. */
  commands: string[]
  close(): Promise<void>
}

const STATS = [
  'POOLS: 1',
  '',
  'STATE: VALID PRIMARY',
  'THREADS: live 1  idle 0 max 12 idle-timeout 30',
  'QUEUE: 0 items',
  '\tSTATS 0.000038',
  '',
  'MEMSTATS: heap N/A mmap N/A used N/A free N/A releasable N/A pools 1 pools_used 1306.837M pools_total 1306.882M',
  'END',
].join('\n')
const MAX_STREAM = 25 * 1024 * 1024

/** @param where a port of this machine (0 = any) or a Unix socket's path */
export async function startClamdEngine(where: number | string, options: ClamdEngineOptions): Promise<ClamdEngine> {
  const sockets = new Set<Socket>()
  const commands: string[] = []
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    serve(socket, options, commands).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (typeof where === 'string') server.listen(where, () => resolve())
    else server.listen(where, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    commands,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function serve(socket: Socket, options: ClamdEngineOptions, commands: string[]): Promise<void> {
  let heard: Buffer = Buffer.alloc(0)
  let command: string | undefined
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    heard = Buffer.concat([heard, chunk])
    if (command === undefined) {
      const taken = takeCommand(heard)
      if (!taken) continue
      command = taken.command
      heard = taken.rest
      commands.push(command.slice(1))
    }
    const honest = honestReply(command.slice(1), heard, options)
    if (honest === undefined) continue
    const reply = (await options.around?.(command.slice(1), honest, socket)) ?? honest
    if (reply !== 'handled') socket.end(reply + (command.startsWith('z') ? '\0' : '\n'))
    return
  }
}

function takeCommand(heard: Buffer): { command: string; rest: Buffer } | undefined {
  const end = heard.indexOf(heard[0] === 0x7a ? 0 : 0x0a)
  return end < 0 ? undefined : { command: heard.toString('utf8', 0, end), rest: heard.subarray(end + 1) }
}

/** Undefined: the stream is not through. */
function honestReply(command: string, heard: Buffer, options: ClamdEngineOptions): string | undefined {
  if (command === 'PING') return 'PONG'
  if (command === 'VERSION') return options.version()
  if (command === 'STATS') return STATS
  if (command !== 'INSTREAM') return 'UNKNOWN COMMAND'
  const stream = readStream(heard, options.maxStream ?? MAX_STREAM)
  if (stream === 'incomplete') return undefined
  if (stream === 'too_large') return 'INSTREAM size limit exceeded. ERROR'
  const name = options.find(stream)
  return name === undefined ? 'stream: OK' : `stream: ${name} FOUND`
}

function readStream(heard: Buffer, max: number): Buffer | 'incomplete' | 'too_large' {
  const chunks: Buffer[] = []
  let size = 0
  for (let at = 0; at + 4 <= heard.length; ) {
    const length = heard.readUInt32BE(at)
    if (length === 0) return Buffer.concat(chunks)
    size += length
    if (size > max) return 'too_large'
    chunks.push(heard.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return 'incomplete'
}
