import { connect, type Socket } from 'node:net'

/** Where a clamd listens: a Unix socket, or a port of this machine (its TCP has neither sign-in nor encryption). */
export interface ClamdAddress {
  socket?: string
  port?: number
}

/** What went wrong, as a closed list. `unavailable`: this clamd does not allow the command (1.5 can forbid some). */
export type ClamdTrouble = 'unreachable' | 'timeout' | 'cut' | 'too_long' | 'unavailable'

export class ClamdError extends Error {
  readonly trouble: ClamdTrouble
  /** Of the system, e.g. `EPIPE`. */
  readonly code: string | undefined
  constructor(trouble: ClamdTrouble, message: string, code?: string) {
    super(message)
    this.name = 'ClamdError'
    this.trouble = trouble
    this.code = code
  }
}

/** `too_large`: over clamd's StreamMaxLength. */
export type ScanVerdict =
  | { what: 'clean' }
  | { what: 'virus'; name: string }
  | { what: 'too_large' }
  | { what: 'error'; detail: string }

const MAX_REPLY = 1024 * 1024
const CHUNK = 64 * 1024

/**
 * Sends one command and returns its reply without the terminator. `prefix` z: NUL ends command and reply; n: newline.
 * @param command e.g. `PING`, `VERSION`, `STATS`, `SCAN /path`
 * @throws ClamdError
 */
export async function askClamd(
  address: ClamdAddress,
  command: string,
  timeoutMs: number,
  prefix: 'z' | 'n' = 'z',
): Promise<string> {
  const end = prefix === 'z' ? 0 : 0x0a
  // The n form of STATS has many lines and says where they end.
  const isWhole = (reply: Buffer) =>
    reply.at(-1) === end &&
    (prefix === 'z' || !/^n?STATS/.test(command) || /(^|\n)END\n$/.test(reply.toString('latin1')))
  const reply = await converse(address, timeoutMs, isWhole, (socket) => {
    socket.write(Buffer.concat([Buffer.from(`${prefix}${command}`), Buffer.from([end])]))
  })
  const text = reply.subarray(0, -1).toString('utf8')
  if (/^COMMAND UNAVAILABLE/.test(text))
    throw new ClamdError('unavailable', `clamd 不允许 ${command.split(' ')[0]} 命令`)
  return text
}

/**
 * Has bytes scanned over `INSTREAM`. clamd may close before we are through when they are too many: that is `too_large`.
 * @throws ClamdError
 */
export async function scanBytes(address: ClamdAddress, bytes: Uint8Array, timeoutMs: number): Promise<ScanVerdict> {
  const reply = await converse(
    address,
    timeoutMs,
    (said) => said.at(-1) === 0,
    (socket) => {
      socket.write('zINSTREAM\0')
      for (let from = 0; from < bytes.length; from += CHUNK) {
        const chunk = bytes.subarray(from, from + CHUNK)
        const length = Buffer.alloc(4)
        length.writeUInt32BE(chunk.length)
        socket.write(Buffer.concat([length, chunk]))
      }
      socket.write(Buffer.alloc(4))
    },
  ).catch((error: unknown) => {
    // It had read enough and closed; its answer may be lost with the connection.
    const closed = error instanceof ClamdError && (error.code === 'EPIPE' || error.code === 'ECONNRESET')
    if (closed && bytes.length > CHUNK) return undefined
    throw error
  })
  return reply === undefined ? { what: 'too_large' } : readVerdict(reply.subarray(0, -1).toString('utf8'))
}

/** `stream: OK`, `stream: NAME FOUND`, `INSTREAM size limit exceeded. ERROR`, `… ERROR`. */
export function readVerdict(reply: string): ScanVerdict {
  const text = reply.trim()
  if (/size limit exceeded/i.test(text)) return { what: 'too_large' }
  const found = /^[^:]{0,200}: (.{1,200}) FOUND$/.exec(text)
  if (found) return { what: 'virus', name: found[1] ?? '' }
  return /: OK$/.test(text) ? { what: 'clean' } : { what: 'error', detail: text.slice(0, 200) }
}

function converse(
  { socket: path, port }: ClamdAddress,
  timeoutMs: number,
  isWhole: (reply: Buffer) => boolean,
  speak: (socket: Socket) => void,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = path === undefined ? connect(port ?? 0, '127.0.0.1') : connect(path)
    let reply = Buffer.alloc(0)
    let connected = false
    const timer = setTimeout(() => end(new ClamdError('timeout', `clamd 在 ${timeoutMs} ms 内没有答复`)), timeoutMs)
    const end = (outcome: Buffer | ClamdError) => {
      clearTimeout(timer)
      socket.destroy()
      if (outcome instanceof ClamdError) reject(outcome)
      else resolve(outcome)
    }
    socket.once('connect', () => {
      connected = true
      speak(socket)
    })
    socket.on('data', (chunk: Buffer) => {
      reply = Buffer.concat([reply, chunk])
      if (reply.length > MAX_REPLY) end(new ClamdError('too_long', 'clamd 的答复超过 1 MiB'))
      else if (isWhole(reply)) end(reply)
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(
        new ClamdError(
          connected ? 'cut' : 'unreachable',
          `${connected ? '连接中断' : '连不上 clamd'}（${error.code}）`,
          error.code,
        ),
      ),
    )
    socket.once('close', () => end(new ClamdError('cut', 'clamd 没有说完就断开了')))
  })
}
