import type { IncomingMessage } from 'node:http'

const plain = (address: string): string => address.replace(/^::ffff:/, '')

/** Who is at the other end; the word of a reverse proxy counts only when it is one of ours. */
export function callerAddress(req: IncomingMessage, trustedProxies: readonly string[]): string {
  const peer = plain(req.socket.remoteAddress ?? '')
  if (!trustedProxies.includes(peer)) return peer
  const named = String(req.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((part) => plain(part.trim()))
    .filter((part) => part !== '')
  return named.findLast((address) => !trustedProxies.includes(address)) ?? peer
}

export const isLoopback = (address: string): boolean => address === '::1' || /^127\./.test(address)
