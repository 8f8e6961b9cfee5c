import type { ParameterizedContext } from 'koa'
import { z } from 'zod'
import type { BoundRoute, Call, Principal, StreamAnswer } from '../feature.ts'
import { HOST_ONLY } from '../people/cookie.ts'
import { Refusal } from '../refusal.ts'
import { readBody } from './body.ts'
import type { HttpDeps } from './deps.ts'
import { type Guards, guardRequest } from './guards.ts'
import { inputErrors } from './problem.ts'

const chinese = z.locales.zhCN().localeError

export interface Caller {
  person: Principal | undefined
  ip: string
}

/** One call: guards, body, schema, handler, answer. Authentication has been done before the look-up. */
export async function dispatch(
  ctx: ParameterizedContext,
  params: Readonly<Record<string, string>>,
  route: BoundRoute,
  caller: Caller,
  deps: HttpDeps,
  guards: Guards,
): Promise<void> {
  const { spec } = route
  const traced = { route: spec.id, params, ...caller }
  try {
    await guardRequest(ctx.req, spec, caller, guards)
    const act = () => admitted(route, caller, deps, () => handle(ctx, params, route, caller, deps))
    // Machines bring events by the thousand; ingest keeps its own account of them.
    const writes = spec.method !== 'GET' && spec.permission !== 'ingest.write'
    if (caller.person && spec.method === 'GET' && LEAVES.has(spec.produces)) await deps.trail?.exported(traced)
    await (writes && caller.person && deps.trail ? deps.trail.during(traced, act) : act())
  } catch (error) {
    if (error instanceof Refusal && REFUSED.has(error.id)) deps.trail?.refused(traced, error.id)
    throw error
  }
}

async function admitted(
  route: BoundRoute,
  { ip }: Caller,
  { clock }: HttpDeps,
  act: () => Promise<void>,
): Promise<void> {
  const leave = route.admit?.(ip, clock.now())
  try {
    await act()
  } finally {
    leave?.()
  }
}

/** Answers that are files of their own. */
const LEAVES: ReadonlySet<string> = new Set(['ndjson', 'file'])
/** Refusals that an auditor wants to see. */
const REFUSED: ReadonlySet<string> = new Set(['forbidden', 'same-person', 'bad-origin', 'bad-csrf'])

async function handle(
  ctx: ParameterizedContext,
  params: Readonly<Record<string, string>>,
  route: BoundRoute,
  caller: Caller,
  deps: HttpDeps,
): Promise<void> {
  const { spec } = route
  const raw = await readBody(ctx.req, spec)
  const call = {
    // A public route never reads it; every other has passed authentication.
    person: caller.person as Principal,
    params: known(spec.params, params),
    query: checked(spec.query, { ...ctx.query }, 'query'),
    body: spec.consumes === 'raw' ? raw : checked(spec.body, raw, 'body'),
    now: deps.clock.now(),
    ip: caller.ip,
    headers: ctx.headers as Call<unknown, unknown, unknown>['headers'],
    setCookie: cookieSetter(ctx, deps.secureCookies),
  }
  answer(ctx, route, await route.handle(call), deps)
}

const isNothing = (schema: z.ZodType): boolean => schema instanceof z.ZodUndefined

function checked(schema: z.ZodType, value: unknown, where: 'query' | 'body'): unknown {
  if (isNothing(schema)) return undefined
  if (where === 'query' && hasNul(value))
    throw new Refusal('bad-input', undefined, [{ path: '', message: '条件中有不可用的字符' }])
  const outcome = schema.safeParse(value ?? (where === 'body' ? undefined : {}), { error: chinese })
  if (outcome.success) return outcome.data
  throw new Refusal('bad-input', undefined, inputErrors(outcome.error))
}

/** No store can be asked for it: PostgreSQL would call the whole statement broken. */
const hasNul = (values: unknown): boolean =>
  Object.values(values ?? {}).some((value) =>
    (Array.isArray(value) ? value : [value]).some((one) => String(one).includes('\0')),
  )

/** An id that cannot exist is an id that does not exist. */
function known(schema: z.ZodType, params: Readonly<Record<string, string>>): unknown {
  if (isNothing(schema)) return undefined
  const outcome = schema.safeParse(params)
  if (outcome.success && !hasNul(params)) return outcome.data
  throw new Refusal('not-found')
}

const isStream = (value: unknown): value is StreamAnswer =>
  typeof value === 'object' && value !== null && 'stream' in value && 'contentType' in value

function answer(ctx: ParameterizedContext, { spec }: BoundRoute, value: unknown, deps: HttpDeps): void {
  ctx.status = spec.status
  if (isStream(value)) {
    ctx.type = value.contentType
    if (value.filename !== undefined) ctx.attachment(value.filename)
    ctx.body = value.stream
    return
  }
  if (spec.produces === 'none') {
    ctx.status = spec.status === 200 ? 204 : spec.status
    ctx.body = null
    return
  }
  if (deps.checkAnswers) spec.answer.parse(value)
  ctx.type = 'application/json'
  ctx.body = JSON.stringify(value)
}

const cookieSetter =
  (ctx: ParameterizedContext, secure: boolean): Call<unknown, unknown, unknown>['setCookie'] =>
  (name, value, { maxAgeS, httpOnly = true, path = '/' }) => {
    // `__Host-` (RFC 6265bis 4.1.3.2): no sibling host and no plain-text page can have set it.
    const own = secure && path === '/' ? `${HOST_ONLY}${name}` : name
    const parts = [`${own}=${value ?? ''}`, `Path=${path}`, 'SameSite=Strict']
    if (httpOnly) parts.push('HttpOnly')
    if (secure) parts.push('Secure')
    if (value === null) parts.push('Max-Age=0')
    else if (maxAgeS !== undefined) parts.push(`Max-Age=${Math.floor(maxAgeS)}`)
    ctx.append('Set-Cookie', parts.join('; '))
  }
