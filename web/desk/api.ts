import type { z } from 'zod'
import { CSRF_HEADER } from '../../contract/http/people.ts'
import { Problem } from '../../contract/http/problem.ts'
import type { RouteSpec } from '../../contract/http/route.ts'

/** A refused or failed call, with the sentence that people read. */
export class ApiError extends Error {
  readonly status: number
  readonly type: string
  readonly errors: readonly { path: string; message: string }[]
  constructor(problem: Problem) {
    super(sentenceOf(problem))
    this.name = 'ApiError'
    this.status = problem.status
    this.type = problem.type
    this.errors = problem.errors ?? []
  }
}

/** A conflict's detail says it all: its title would speak of somebody else's change. */
function sentenceOf({ title, detail, status }: Problem): string {
  if (!detail) return title
  return status === 409 ? detail : `${title}：${detail}`
}

export interface CallOptions<Params, Query, Body> {
  params?: Params
  query?: Query
  body?: Body
  signal?: AbortSignal
}

let csrf: string | null = null
/** Session writes carry the token of `login` and `me`. */
export const setCsrf = (token: string | null): void => {
  csrf = token
}

let whenSignedOut: () => void = () => undefined
export const onSignedOut = (act: () => void): void => {
  whenSignedOut = act
}

/**
 * Calls a declared route with the browser's session.
 * @throws ApiError with the server's problem, or «连不上服务器» when there is no answer
 */
export function call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: RouteSpec<P, Q, B, A>,
  options: CallOptions<z.input<P>, z.input<Q>, z.input<B>> = {},
): Promise<z.output<A>> {
  const body = options.body === undefined ? undefined : JSON.stringify(options.body)
  return ask(spec, options, body, 'application/json')
}

/** The same for a route that takes the bytes of a file. @throws ApiError */
export function send<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: RouteSpec<P, Q, B, A>,
  file: Blob,
  options: CallOptions<z.input<P>, z.input<Q>, never> = {},
): Promise<z.output<A>> {
  return ask(spec, options, file, 'application/octet-stream')
}

async function ask<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: RouteSpec<P, Q, B, A>,
  options: CallOptions<unknown, unknown, unknown>,
  body: string | Blob | undefined,
  type: string,
): Promise<z.output<A>> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = type
  if (spec.method !== 'GET' && csrf) headers[CSRF_HEADER] = csrf
  const response = await fetch(address(spec.path, options.params, options.query), {
    method: spec.method,
    headers,
    body,
    signal: options.signal,
    credentials: 'same-origin',
  }).catch((error: unknown) => {
    if (options.signal?.aborted) throw error
    throw new ApiError({ type: 'unreachable', title: '连不上服务器，请检查网络后重试', status: 0 })
  })
  if (!response.ok) throw await problemOf(response)
  if (response.status === 204) return undefined as z.output<A>
  return (await response.json()) as z.output<A>
}

export function address(path: string, params: unknown, query: unknown): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_whole, key: string) =>
    encodeURIComponent(String((params as Record<string, unknown>)[key] ?? '')),
  )
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries((query ?? {}) as Record<string, unknown>))
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value))
  const text = search.toString()
  return `/api/v1${filled}${text ? `?${text}` : ''}`
}

const problemOf = async (response: Response): Promise<ApiError> =>
  problemFrom(response.status, await response.json().catch(() => undefined))

function problemFrom(status: number, body: unknown): ApiError {
  const parsed = Problem.safeParse(body)
  const problem = parsed.success ? parsed.data : { type: 'internal', title: `服务器答复异常（${status}）`, status }
  if (status === 401 && problem.type.includes('signed-out')) whenSignedOut()
  return new ApiError(problem)
}

/**
 * `send` that tells how much has gone up, which fetch cannot. `progress` takes a share of 0–1.
 * @throws ApiError
 */
export function sendTelling<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: RouteSpec<P, Q, B, A>,
  file: Blob,
  options: CallOptions<z.input<P>, z.input<Q>, never>,
  progress: (share: number) => void,
): Promise<z.output<A>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(spec.method, address(spec.path, options.params, options.query))
    request.responseType = 'json'
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('content-type', 'application/octet-stream')
    if (csrf) request.setRequestHeader(CSRF_HEADER, csrf)
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0)
    request.onerror = () =>
      reject(new ApiError({ type: 'unreachable', title: '连不上服务器，请检查网络后重试', status: 0 }))
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as z.output<A>)
      else reject(problemFrom(request.status, request.response))
    }
    request.send(file)
  })
}
