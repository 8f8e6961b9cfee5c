import type { Middleware } from 'koa'
import { API_ROOT } from '../../contract/http/route.ts'
import type { BoundRoute } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { callerAddress } from './address.ts'
import type { HttpDeps } from './deps.ts'
import { type Caller, dispatch } from './dispatch.ts'
import { makeGuards } from './guards.ts'
import { Router } from './node-http.ts'

/** `/alerts/{id}` → `/api/v1/alerts/:id` */
const pattern = (path: string): string => API_ROOT + path.replace(/\{(\w+)\}/g, ':$1')

/**
 * The calls under /api/v1. Authentication comes before the look-up: an anonymous caller gets 401 everywhere but on
 * public routes, so that nobody learns from outside what exists.
 */
export function apiRoutes(deps: HttpDeps): Middleware {
  const router = new Router()
  const guards = makeGuards({ csrfOf: deps.csrfOf, origins: deps.origins, now: () => deps.clock.now() }, deps.rate)
  const byId = new Map<string, BoundRoute>()
  for (const route of deps.routes) {
    if (byId.has(route.spec.id)) throw new Error(`接口 ${route.spec.id} 登记了两次`)
    byId.set(route.spec.id, route)
    router.register(pattern(route.spec.path), [route.spec.method], () => undefined, { name: route.spec.id })
  }
  return async (ctx, next) => {
    if (ctx.path !== API_ROOT && !ctx.path.startsWith(`${API_ROOT}/`)) return next()
    ctx.set('Cache-Control', 'no-store')
    const { path: paths, pathAndMethod } = router.match(ctx.path, ctx.method)
    const layer = pathAndMethod[0]
    const route = layer?.name === undefined ? undefined : byId.get(layer.name)
    ctx.state.route = route?.spec.id ?? 'unknown'
    const caller: Caller = { person: undefined, ip: callerAddress(ctx.req, deps.trustedProxies) }
    const open = route ? route.spec.permission === 'public' : ctx.path.startsWith(`${API_ROOT}/public/`)
    if (!open) {
      caller.person = await deps.authenticate(ctx.headers)
      if (!caller.person) throw new Refusal('signed-out')
    }
    if (!route || !layer)
      throw lost(
        ctx,
        paths.flatMap(({ methods }) => methods),
      )
    const captures = layer.captures(ctx.path)
    await dispatch(ctx, layer.params(ctx.path, captures), route, caller, deps, guards)
  }
}

function lost(ctx: { set(name: string, value: string): void }, methods: readonly string[]): Refusal {
  if (methods.length === 0) return new Refusal('not-found')
  ctx.set('Allow', [...new Set(methods)].join(', '))
  return new Refusal('method-not-allowed')
}
