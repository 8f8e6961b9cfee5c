import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** What is at rest: a copy of the database opens no door. */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

const mac = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('base64url')

export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** `value.signature`. */
export const sign = (key: string, name: string, value: string): string => `${value}.${mac(key, `${name}=${value}`)}`

/** The value, when the signature is ours. */
export function unsign(key: string, name: string, signed: string): string | undefined {
  const dot = signed.lastIndexOf('.')
  if (dot < 1) return undefined
  const value = signed.slice(0, dot)
  return sameText(sign(key, name, value), signed) ? value : undefined
}

/** The CSRF token is bound to its session and needs no place of its own. */
export const csrfToken = (key: string, sessionId: string): string => mac(key, `csrf:${sessionId}`)

/** Name prefix of cookies that only this very host can have set, over TLS. */
export const HOST_ONLY = '__Host-'

/** First value of a cookie in a Cookie header; the one that no other host can have planted comes first. */
export const readCookie = (header: string | undefined, name: string): string | undefined =>
  named(header, HOST_ONLY + name) ?? named(header, name)

function named(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}
