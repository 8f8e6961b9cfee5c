import type { RequestListener, Server } from 'node:http'
import type { TlsIdentity } from '../tls.ts'
import { createServer } from './node-http.ts'

/**
 * Bounds on what one connection may cost before a word of it is understood (ASVS V4.2, V15.2). Node's own parser
 * refuses what has two lengths, a length and chunks, or a blank before the colon.
 */
export const LIMITS = {
  /** Of all header lines together, the request line among them. */
  headerBytes: 16 * 1024,
  /** All headers must have come. */
  headersMs: 15_000,
  /** The whole request: 64 MiB, the largest upload, over a line of 6 Mbit/s. */
  requestMs: 120_000,
  /** How often the two are looked at. */
  checkMs: 5000,
  /** Beyond the 2000 live sockets of server/live there is room for calls. */
  connections: 4000,
} as const
export type Limits = { readonly [Name in keyof typeof LIMITS]: number }

/** The web server, with its own TLS when it has an identity. It listens nowhere yet. */
export function webServer(handler: RequestListener, identity?: TlsIdentity, limits: Limits = LIMITS): Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
  }
  const server = identity
    ? // Loaded only where it is used; TLS 1.2 and 1.3 are what ASVS 12.1.1 still allows.
      process
        .getBuiltinModule('node:https')
        .createServer({ ...options, ...identity, minVersion: 'TLSv1.2', honorCipherOrder: true }, handler)
    : createServer(options, handler)
  server.maxConnections = limits.connections
  return server
}
