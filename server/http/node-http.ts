import { createRequire } from 'node:module'
import type KoaRouter from '@koa/router'

/**
 * `node:http` and @koa/router without an `import` of node:http: that would read all its exports, WebSocket among them,
 * and so load undici, 16 MB that nobody here needs.
 */
export const { createServer } = process.getBuiltinModule('node:http')

const { Router } = createRequire(import.meta.url)('@koa/router') as { Router: typeof KoaRouter }

export { Router }
