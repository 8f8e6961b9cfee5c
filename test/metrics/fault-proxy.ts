import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the proxy does with the next request to /write; a closed list, taken from what real servers do. */
export type Fault =
  | { kind: 'pass' }
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** Takes the request, never answers. */
  | { kind: 'silent' }
  /** Passes it on, then cuts the answer in the middle: the points are stored, the caller cannot know. */
  | { kind: 'half-answer' }
  /** Cuts the connection before anything is stored. */
  | { kind: 'reset' }
  /** Passes it on but refuses bodies above so many bytes, as max-body-size does. */
  | { kind: 'limit'; bytes: number }

export interface FaultProxy {
  url: string
  /** Faults for the next writes, one each; afterwards everything passes. */
  script(...faults: Fault[]): void
  /** Applies to every write until the next call. */
  always(fault: Fault): void
  /** Bodies of the writes that were seen, in order. */
  readonly seen: string[]
  readonly requests: IncomingMessage[]
  close(): Promise<void>
}

const PASS: Fault = { kind: 'pass' }

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let queue: Fault[] = []
  let standing = PASS
  const seen: string[] = []
  const requests: IncomingMessage[] = []
  const server = createServer(async (from, to) => {
    const body = await readAll(from)
    const write = from.url?.startsWith('/write') ?? false
    if (write) seen.push(body.toString())
    requests.push(from)
    const fault = write ? (queue.shift() ?? standing) : PASS
    await act(fault, target, from, body, to)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    script: (...faults) => {
      queue = faults
    },
    always: (fault) => {
      queue = []
      standing = fault
    },
    seen,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function readAll(from: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of from) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function act(
  fault: Fault,
  target: string,
  from: IncomingMessage,
  body: Buffer,
  to: ServerResponse,
): Promise<void> {
  switch (fault.kind) {
    case 'status':
      to.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
      to.end(fault.body ?? '{"error":"by script"}')
      return
    case 'silent':
      return
    case 'reset':
      from.socket.resetAndDestroy()
      return
    case 'limit':
      if (body.length > fault.bytes) return act({ kind: 'status', status: 413 }, target, from, body, to)
      break
  }
  const answer = await forward(target, from, body)
  if (fault.kind === 'half-answer') {
    to.writeHead(200, { 'content-length': '100' })
    to.write('{"half":')
    setTimeout(() => from.socket.resetAndDestroy(), 20)
    return
  }
  to.writeHead(answer.status, answer.headers)
  to.end(answer.body)
}

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

function forward(target: string, from: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host: _, ...headers } = from.headers
    const onward = request(`${target}${from.url}`, { method: from.method, headers }, async (answer) => {
      const { 'transfer-encoding': __, ...kept } = answer.headers
      resolve({ status: answer.statusCode ?? 0, headers: kept, body: await readAll(answer) })
    })
    onward.once('error', reject)
    onward.end(body)
  })
}
