import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Does a request name us? A page of somebody else's whose name was turned to our address (DNS rebinding) does not. */
export type HostJudge = (req: Pick<IncomingMessage, 'headers' | 'rawHeaders'>) => boolean

/**
 * Addresses and `localhost` always are us: no foreign page can have them as its name. Names count when they stand in
 * `origins`; where none stands there and the server listens beyond this machine, every name does.
 */
export function hostJudge({ origins, host }: { origins: readonly string[]; host: string }): HostJudge {
  const names = new Set(origins.map((origin) => new URL(origin).hostname))
  const anyName = origins.length === 0 && !isOwnMachine(host)
  return ({ headers, rawHeaders }) => {
    // RFC 9112 3.2: more than one Host is a bad request; two readers could read two names.
    if (rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host').length > 1) return false
    if (headers.host === undefined) return true
    const name = nameOf(headers.host)
    return name !== undefined && (isIP(name) > 0 || isLocal(name) || anyName || names.has(name))
  }
}

const isLocal = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost')
const isOwnMachine = (host: string): boolean => isLocal(host) || host === '::1' || host.startsWith('127.')

/** `Host = uri-host [ ":" port ]` (RFC 9110 7.2), lower case, an IPv6 address without brackets. */
function nameOf(host: string): string | undefined {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host)
  return (parts?.[1] ?? parts?.[2])?.toLowerCase()
}
