import { z } from 'zod'

/** All calls lie below it; `/healthz`, `/readyz` and `/metrics` beside it. */
export const API_ROOT = '/api/v1'

/**
 * One call of the HTTP interface, declared once: the server binds a handler to it, OpenAPI is generated from it.
 * `permission`: a word of config/rules/permissions.yaml, or `public` (no sign-in) or `signed-in`.
 */
export interface RouteSpec<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below /api/v1, with {params}. */
  path: string
  summary: string
  tag: string
  permission: string
  params: Params
  query: Query
  body: Body
  answer: Answer
  status: number
  /** `ndjson` and `file` answers are streamed by the handler. */
  produces: 'json' | 'ndjson' | 'file' | 'none'
  /** `raw`: the body is read as bytes, e.g. NDJSON or an envelope that goes through ingest's own check. */
  consumes: 'json' | 'raw' | 'none'
  /** Largest body in bytes where the usual bound (64 KiB of JSON, 1 MiB raw) is too small. */
  maxBytes?: number
}

const nothing = z.undefined()
type Nothing = typeof nothing

/** Declares a route; what is left out has no params, no query, no body, status 200 and JSON. */
export function route<
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
  Answer extends z.ZodType = Nothing,
>(spec: {
  id: string
  method: RouteSpec['method']
  path: string
  summary: string
  tag: string
  permission: string
  params?: Params
  query?: Query
  body?: Body
  answer?: Answer
  status?: number
  produces?: RouteSpec['produces']
  consumes?: RouteSpec['consumes']
  maxBytes?: number
}): RouteSpec<Params, Query, Body, Answer> {
  return {
    ...spec,
    params: (spec.params ?? nothing) as Params,
    query: (spec.query ?? nothing) as Query,
    body: (spec.body ?? nothing) as Body,
    answer: (spec.answer ?? nothing) as Answer,
    status: spec.status ?? 200,
    produces: spec.produces ?? (spec.answer ? 'json' : 'none'),
    consumes: spec.consumes ?? (spec.body ? 'json' : 'none'),
  }
}

/** Every list: `limit` 1–1000; an empty `cursor` is the start; `cursor` null in the answer is the end. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(200).optional(),
})
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), cursor: z.string().nullable() })
