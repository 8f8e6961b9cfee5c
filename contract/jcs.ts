/**
 * JSON Canonicalization Scheme (RFC 8785) for the values that our chains hold: strings, booleans, null, integers up to
 * 2^53−1, arrays and plain objects. Anything else is refused, so that no two programs can disagree about a float.
 */
export type Canonical = string | number | boolean | null | readonly Canonical[] | { readonly [key: string]: Canonical }

/** @throws TypeError for undefined, floats, unsafe integers, lone surrogates and foreign objects */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'string') return canonicalString(value)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not an integer within 2^53−1: ${value}`)
    return Object.is(value, -0) ? '0' : String(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`no JSON value: ${typeof value}`)
  // RFC 8785 3.2.3: names sort by UTF-16 code units, which is how JavaScript compares strings.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([name, member]) => `${canonicalString(name)}:${canonicalJson(member)}`).join(',')}}`
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('lone surrogate in a string')
  return JSON.stringify(text)
}
