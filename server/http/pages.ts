import { existsSync } from 'node:fs'
import type { Middleware } from 'koa'
import serve from 'koa-static'
import { WALL_COOKIE } from '../../contract/http/people.ts'
import { readCookie } from '../people/cookie.ts'

/** Pages that the browser's own router draws; nothing else falls back to index.html. */
const PAGE = /^\/(wall|login|desk|checkin|public|mediate|window)(\/.*)?$/
/** Vite puts a hash into these names: the content behind a name never changes. */
const HASHED = /\/assets\/[^/]+-[\w-]{8,}\.\w+$/

const cacheOf = (path: string): string => (HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')

/** The built pages: `/` leads to the wall on a screen that is one, to the desk elsewhere. */
export function pages(dist: string): Middleware {
  const files = serve(dist, {
    index: false,
    hidden: false,
    setHeaders: (res, path) => res.setHeader('Cache-Control', cacheOf(path)),
  })
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
    if (ctx.path === '/') {
      ctx.set('Cache-Control', 'no-store')
      return ctx.redirect(readCookie(ctx.headers.cookie, WALL_COOKIE) ? '/wall' : '/desk')
    }
    if (!PAGE.test(ctx.path)) return files(ctx, next)
    if (!existsSync(`${dist}/index.html`)) {
      ctx.status = 503
      ctx.type = 'text/plain; charset=utf-8'
      ctx.body = '网页尚未构建：请先运行 npm run build，或直接用 npm start。'
      return
    }
    ctx.path = '/index.html'
    return files(ctx, next)
  }
}
