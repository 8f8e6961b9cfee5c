import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { request as httpRequest } from './node-http.ts'

export interface HttpAsk {
  method: string
  url: URL
  headers?: Record<string, string>
  body?: string
  /** From sending until the headers of the answer are here. */
  timeoutMs: number
  signal?: AbortSignal
  /** PEM of the authority that signed the other side, when it is not a public one. */
  ca?: string
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** One entry per WWW-Authenticate line. */
  challenges: string[]
  body: Buffer
}

/** What went wrong on the way, as a closed list: the caller decides about retrying. */
export type HttpTrouble = 'unreachable' | 'timeout' | 'cut' | 'too_long' | 'aborted'

export class HttpError extends Error {
  readonly trouble: HttpTrouble
  constructor(trouble: HttpTrouble, message: string) {
    super(message)
    this.name = 'HttpError'
    this.trouble = trouble
  }
}

/**
 * Sends a request; resolves at the answer's headers with its unread body.
 * @throws HttpError
 */
export function openHttp(ask: HttpAsk): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = ask.url.protocol === 'https:' ? httpsRequest : httpRequest
    const body = ask.body === undefined ? undefined : Buffer.from(ask.body, 'utf8')
    const headers = { ...ask.headers, ...(body ? { 'content-length': String(body.length) } : {}) }
    const outgoing = send(ask.url, { method: ask.method, headers, signal: ask.signal, ca: ask.ca })
    const timer = setTimeout(
      () => outgoing.destroy(new HttpError('timeout', `设备在 ${ask.timeoutMs} ms 内没有应答`)),
      ask.timeoutMs,
    )
    outgoing.once('response', (answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
    outgoing.once('error', (error) => {
      clearTimeout(timer)
      reject(toHttpError(error, 'unreachable'))
    })
    outgoing.end(body)
  })
}

/**
 * Reads an answer to its end, at most `maxBytes` of it and for at most `timeoutMs`.
 * @throws HttpError
 */
export async function readAnswer(answer: IncomingMessage, maxBytes: number, timeoutMs: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let size = 0
  const timer = setTimeout(() => answer.destroy(new HttpError('timeout', '设备的应答没有说完')), timeoutMs)
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw new HttpError('too_long', `设备的应答超过 ${maxBytes} 字节`)
      chunks.push(chunk)
    }
  } catch (error) {
    answer.destroy()
    throw toHttpError(error, 'cut')
  } finally {
    clearTimeout(timer)
  }
  if (!answer.complete) throw new HttpError('cut', '连接在应答中途断开')
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    challenges: answer.headersDistinct['www-authenticate'] ?? [],
    body: Buffer.concat(chunks),
  }
}

function toHttpError(error: unknown, otherwise: HttpTrouble): HttpError {
  if (error instanceof HttpError) return error
  const { name, code, message } = error as { name?: string; code?: string; message?: string }
  if (name === 'AbortError') return new HttpError('aborted', '已停止')
  return new HttpError(
    otherwise,
    `${otherwise === 'cut' ? '连接中断' : '连不上设备'}（${code ?? message ?? '未知原因'}）`,
  )
}
