import { StoreUnavailable } from '../port.ts'
import { type AnswerHead, DeadlineError } from './exchange.ts'

/**
 * What a failed write means (protocols.md 6.4); a closed list.
 * `unavailable`: nothing known, same points again · `expired`: the oldest `dropped` points are beyond retention ·
 * `halve`: too much at once · `bisect`: some line is bad, find it.
 */
export type Verdict =
  | { kind: 'unavailable'; error: StoreUnavailable }
  | { kind: 'expired'; dropped: number }
  | { kind: 'halve' }
  | { kind: 'bisect'; detail: string }

/** The body of a 4xx stands only inside the client's message. */
function bodyText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const json = /\{.*\}/s.exec(message)?.[0]
  try {
    const body: unknown = JSON.parse(json ?? '')
    if (typeof body === 'object' && body !== null && 'error' in body) return String(body.error)
  } catch {
    // not JSON: the message itself is all there is
  }
  return message
}

const unavailable = (...args: ConstructorParameters<typeof StoreUnavailable>): Verdict => ({
  kind: 'unavailable',
  error: new StoreUnavailable(...args),
})

export function judgeWrite(error: unknown, head: AnswerHead | undefined): Verdict {
  const detail = head?.error || bodyText(error)
  const status = head?.status ?? 0
  if (status === 400 || status === 422) return judgeBadRequest(detail)
  if (status === 413) return { kind: 'halve' }
  return { kind: 'unavailable', error: judgeUnavailable(error, head) }
}

function judgeBadRequest(detail: string): Verdict {
  const beyond = /points beyond retention policy dropped=(\d+)/.exec(detail)
  if (beyond) return { kind: 'expired', dropped: Number(beyond[1]) }
  // 1.x answers a missing policy with 500, some compatible servers with 400.
  if (/retention policy not found/.test(detail)) return unavailable('retention_policy_missing', detail)
  return { kind: 'bisect', detail }
}

/** Everything that is not the points' fault. */
export function judgeUnavailable(error: unknown, head: AnswerHead | undefined): StoreUnavailable {
  const detail = head?.error || bodyText(error)
  const wish = head?.retryAfterMs
  switch (head?.status) {
    case 401:
    case 403:
      return new StoreUnavailable('unauthorised', detail)
    case 404:
      return new StoreUnavailable('database_missing', detail)
    case 429:
    case 503:
      return new StoreUnavailable('busy', detail, wish)
  }
  if (/retention policy not found/.test(detail)) return new StoreUnavailable('retention_policy_missing', detail)
  if (/database not found/.test(detail)) return new StoreUnavailable('database_missing', detail)
  if ((head?.status ?? 0) >= 500) return new StoreUnavailable('server_error', detail, wish)
  const timedOut = error instanceof DeadlineError || /timed out|ETIMEDOUT|ESOCKETTIMEDOUT/.test(detail)
  return new StoreUnavailable(timedOut ? 'timeout' : 'unreachable', detail || String(error))
}
