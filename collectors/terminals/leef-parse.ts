import { readSeverity, type SecurityRecord } from './cef-parse.ts'

const START = /LEEF:([12])\.0\|/

/**
 * LEEF 1.0: `LEEF:1.0|V|P|ver|EventID|` + pairs split by TAB. 2.0 may name its delimiter in a sixth field: one
 * character, `x09` or `0x5E`; some vendors leave the field out. Undefined when the header is incomplete.
 */
export function parseLeef(text: string): SecurityRecord | undefined {
  const start = START.exec(text)
  if (!start) return undefined
  const [vendor, product, version, signature, ...rest] = text.slice(start.index + start[0].length).split('|')
  if (vendor === undefined || product === undefined || version === undefined || signature === undefined)
    return undefined
  if (rest.length === 0) return undefined
  const named = start[1] === '2' && rest.length > 1 ? delimiterOf(rest[0] ?? '') : undefined
  const body = named === undefined ? rest.join('|') : rest.slice(1).join('|')
  const fields = readPairs(body, named ?? '\t')
  return {
    vendor,
    product,
    signature,
    name: fields.get('cat') ?? signature,
    ...readSeverity(fields.get('sev') ?? ''),
    fields,
  }
}

/** Undefined: that is no delimiter field but already the first pair. */
function delimiterOf(field: string): string | undefined {
  if (field === '') return '\t'
  const hex = /^(?:0x|x)([0-9a-f]{2,4})$/i.exec(field)
  if (hex) return String.fromCharCode(Number.parseInt(hex[1] ?? '9', 16))
  return [...field].length === 1 ? field : undefined
}

function readPairs(text: string, delimiter: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const pair of text.split(delimiter)) {
    const equals = pair.indexOf('=')
    if (equals > 0) fields.set(pair.slice(0, equals).trim(), pair.slice(equals + 1))
  }
  return fields
}
