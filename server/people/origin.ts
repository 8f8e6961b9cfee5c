/** The headers that tell whence a request comes. */
export interface OriginHeaders {
  origin?: string | undefined
  referer?: string | undefined
  host?: string | undefined
  'sec-fetch-site'?: string | undefined
}

/**
 * `own`: from one of our pages · `foreign`: from somebody else's · `none`: nothing says so (not a browser, or a
 * browser told to be silent: then no cookie may count).
 */
export type OriginVerdict = 'own' | 'foreign' | 'none'

/**
 * Compares exactly. A browser leaves Origin out of same-origin GETs only; then Sec-Fetch-Site or Referer speak, which
 * no page can forge.
 */
export function judgeOrigin(headers: OriginHeaders, allowed: readonly string[]): OriginVerdict {
  const { origin, referer, host } = headers
  if (origin !== undefined) return isOwn(origin, host, allowed) ? 'own' : 'foreign'
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' ? 'own' : site === 'none' ? 'none' : 'foreign'
  if (referer === undefined) return 'none'
  const from = URL.canParse(referer) ? new URL(referer).origin : 'null'
  return isOwn(from, host, allowed) ? 'own' : 'foreign'
}

function isOwn(origin: string, host: string | undefined, allowed: readonly string[]): boolean {
  if (allowed.includes(origin)) return true
  if (host === undefined) return false
  return origin === `http://${host}` || origin === `https://${host}`
}
