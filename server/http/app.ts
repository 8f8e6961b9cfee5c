import Koa, { type Middleware } from 'koa'
import { Refusal } from '../refusal.ts'
import type { HttpDeps } from './deps.ts'
import { securityHeaders } from './headers.ts'
import { pages } from './pages.ts'
import { probes } from './probes.ts'
import { problemOf, refusalOf } from './problem.ts'
import { apiRoutes } from './router.ts'

/** The Koa application: constructing starts nothing; `callback()` goes to an http server. */
export function createApp(deps: HttpDeps): Koa {
  const app = new Koa()
  // A broken connection in the middle of an answer is the client's affair.
  app.silent = true
  app.use(securityHeaders(deps.secureCookies))
  app.use(envelope(deps))
  app.use((ctx, next) => {
    if (deps.isOurName?.(ctx.req) === false) throw new Refusal('bad-host')
    return next()
  })
  app.use(probes(deps))
  app.use(apiRoutes(deps))
  app.use(pages(deps.webDist))
  app.use(() => {
    throw new Refusal('not-found')
  })
  return app
}

const LOCKED: ReadonlySet<string> = new Set(['locked-out', 'query-locked'])

/** Request id, problem+json for everything that is refused or fails, and the measuring of each call. */
function envelope(deps: HttpDeps): Middleware {
  return async (ctx, next) => {
    const started = performance.now()
    const requestId = deps.newId()
    ctx.set('X-Request-Id', requestId)
    try {
      await next()
      // koa-static found no such file, or a page of a method it does not serve.
      if (ctx.status === 404 && ctx.body === undefined) throw new Refusal('not-found')
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.id === 'internal') deps.failed(error, { requestId, route: String(ctx.state.route ?? ctx.path) })
      ctx.status = refusal.status
      ctx.body = JSON.stringify(problemOf(refusal))
      ctx.type = 'application/problem+json'
      if (refusal.status === 429) ctx.set('Retry-After', LOCKED.has(refusal.id) ? '1800' : '1')
      if (refusal.id === 'signed-out') ctx.set('WWW-Authenticate', 'Bearer')
    }
    const route = typeof ctx.state.route === 'string' ? ctx.state.route : 'page'
    deps.served?.({ route, status: ctx.status, seconds: (performance.now() - started) / 1000 })
  }
}
