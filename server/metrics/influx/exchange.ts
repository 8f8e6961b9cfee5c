import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { Agent } from './client.ts'

/** Head of an answer. The client throws away body and headers of every 5xx, so they are read beside it. */
export interface AnswerHead {
  status: number
  /** `X-Influxdb-Error`, first 1024 characters of the message. */
  error: string
  retryAfterMs: number | undefined
}

export interface Exchange<Result> {
  head: AnswerHead | undefined
  outcome: { ok: true; value: Result } | { ok: false; error: unknown }
}

interface Message {
  request?: object
  response?: IncomingMessage
}

/**
 * Runs one call of the client and tells what the server answered. A deadline stands over all of it: when a connection
 * breaks in the middle of an answer, the client waits for ever.
 */
export async function exchange<Result>(
  act: () => Promise<Result>,
  deadline: { ms: number; agent: Agent },
): Promise<Exchange<Result>> {
  let request: object | undefined
  let head: AnswerHead | undefined
  const created = (message: unknown) => {
    request ??= (message as Message).request
  }
  const finished = (message: unknown) => {
    const { request: of, response } = message as Message
    if (of === request && response) head = headOf(response)
  }
  subscribe('http.client.request.created', created)
  subscribe('http.client.response.finish', finished)
  // The client makes its request before the first await, so the one that is created now is ours.
  const running = act()
  unsubscribe('http.client.request.created', created)
  try {
    return { outcome: { ok: true, value: await within(running, deadline) }, head }
  } catch (error) {
    return { outcome: { ok: false, error }, head }
  } finally {
    unsubscribe('http.client.response.finish', finished)
  }
}

const headOf = (response: IncomingMessage): AnswerHead => {
  const seconds = Number(response.headers['retry-after'])
  const error = response.headers['x-influxdb-error']
  return {
    status: response.statusCode ?? 0,
    error: typeof error === 'string' ? error : '',
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
  }
}

export class DeadlineError extends Error {
  override name = 'DeadlineError'
}

function within<Result>(running: Promise<Result>, { ms, agent }: { ms: number; agent: Agent }): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      agent.destroy()
      reject(new DeadlineError(`${ms} ms 内没有完整的回答`))
    }, ms)
    running.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
