import type { Middleware, ParameterizedContext } from 'koa'
import { Refusal } from '../refusal.ts'
import { callerAddress, isLoopback } from './address.ts'
import type { HttpDeps } from './deps.ts'

/** As text: an object would make Koa ask whether it is a Response, which loads undici. */
function json(ctx: ParameterizedContext, value: object): void {
  ctx.type = 'application/json'
  ctx.body = JSON.stringify(value)
}

/** `/healthz`, `/readyz`, `/metrics`: for machines, beside the interface. */
export function probes(deps: HttpDeps): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
    if (ctx.path === '/healthz') {
      json(ctx, { ok: true })
    } else if (ctx.path === '/readyz') {
      const readiness = await deps.readiness()
      ctx.status = readiness.ready ? 200 : 503
      json(ctx, readiness)
    } else if (ctx.path === '/metrics') {
      const local = isLoopback(callerAddress(ctx.req, deps.trustedProxies))
      if (!local && !(await deps.authenticate({ authorization: ctx.headers.authorization ?? '' })))
        throw new Refusal('signed-out')
      ctx.type = 'text/plain; version=0.0.4; charset=utf-8'
      ctx.body = await deps.metrics()
    } else return next()
    ctx.set('Cache-Control', 'no-store')
  }
}
