/**
 * `node:http` without an `import` of it: that would read all its exports, WebSocket among them, and so load undici,
 * 16 MB of memory for nothing.
 */
export const { request, createServer } = process.getBuiltinModule('node:http')
