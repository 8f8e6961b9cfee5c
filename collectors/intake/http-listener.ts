import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from './node-http.ts'
import type { Senders } from './senders.ts'

export interface HttpReply {
  status: number
  body: string
  type?: string
}

/** What came over HTTP, before its body is read. `path` without query. */
export interface HttpCall {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  sender: string
  /** At most `maxBytes`; undefined: it is longer (answer 413) or broke off. */
  body(): Promise<Buffer | undefined>
}

export interface HttpListener {
  port: number
  close(): Promise<void>
}

export interface HttpListening {
  host: string
  port: number
  senders: Senders
  maxBytes: number
  now(): number
  /** What it throws is answered 500: the sender keeps what it has. */
  answer(call: HttpCall): Promise<HttpReply>
  /** Not let in: from a stranger, or too fast. */
  turnedAway?(sender: string, why: 'stranger' | 'too_fast'): void
  failed?(error: unknown): void
}

/** A body that comes more slowly than this is given up. */
const BODY_MS = 15_000

/**
 * A small HTTP server for devices that post to us: allow-list and rate before anything is read, bodies bounded, no
 * compression. @throws Error in Chinese when the port is taken
 */
export async function listenHttp(by: HttpListening): Promise<HttpListener> {
  const server = createServer({ requestTimeout: BODY_MS, headersTimeout: BODY_MS }, (request, response) => {
    serve(request, response, by).catch((error: unknown) => {
      by.failed?.(error)
      reply(response, { status: 500, body: 'ERROR' })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new Error(`端口 ${by.port} 已被占用，请在 sources.yaml 改用其他端口`) : error,
      ),
    )
    server.listen(by.port, by.host, () => resolve())
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, by: HttpListening): Promise<void> {
  const sender = request.socket.remoteAddress ?? ''
  const verdict = by.senders.admit(sender, by.now())
  if (verdict !== 'welcome') {
    by.turnedAway?.(sender, verdict)
    return reply(response, verdict === 'stranger' ? { status: 403, body: '' } : { status: 429, body: '' })
  }
  const url = urlOf(request.url)
  if (!url) return reply(response, { status: 400, body: '' })
  let told: Promise<Buffer | undefined> | undefined
  const call: HttpCall = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    sender,
    body: () => {
      told ??= readBody(request, by.maxBytes)
      return told
    },
  }
  reply(response, await by.answer(call))
}

function urlOf(target = '/'): URL | undefined {
  try {
    return new URL(target, 'http://x')
  } catch {
    return undefined
  }
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) return undefined
      chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(chunks)
}

/** A request whose body was not read is closed: nobody shall make us read what we refused. */
function reply(response: ServerResponse, { status, body, type = 'text/plain; charset=utf-8' }: HttpReply): void {
  if (response.headersSent || response.destroyed) return
  const unread = !response.req.complete
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...(unread ? { connection: 'close' } : {}),
  })
  response.end(body)
}
