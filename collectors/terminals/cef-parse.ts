/** One CEF or LEEF record. `fields`: extension pairs, custom labels folded (`cs1Label=X cs1=y` is also `X`). */
export interface SecurityRecord {
  vendor: string
  product: string
  signature: string
  name: string
  /** 0–10; undefined = not said or unknown. */
  severity: number | undefined
  /** The stated severity was outside 0–10. */
  clamped: boolean
  fields: ReadonlyMap<string, string>
}

const WORDS = new Map([
  ['low', 3],
  ['medium', 6],
  ['high', 8],
  ['very-high', 10],
  ['very high', 10],
])

/** CEF severity: 0–10 or Low/Medium/High/Very-High/Unknown; a number outside is clamped. */
export function readSeverity(text: string): { severity: number | undefined; clamped: boolean } {
  const word = WORDS.get(text.trim().toLowerCase())
  if (word !== undefined) return { severity: word, clamped: false }
  if (!/^-?\d{1,9}(\.\d+)?$/.test(text.trim())) return { severity: undefined, clamped: false }
  const value = Number(text)
  const severity = Math.min(10, Math.max(0, value))
  return { severity, clamped: severity !== value }
}

const START = /CEF: ?\d+(?:\.\d+)?\|/
const HEADER_FIELDS = 6

/**
 * CEF anywhere in the text, prefix optional (`CEF: 0|` too). In the header `\|` and `\\` are escapes; in the extension
 * `\=`, `\\`, `\n`, `\r`, and `|` is literal. Undefined when the header has fewer than seven fields.
 */
export function parseCef(text: string): SecurityRecord | undefined {
  const start = START.exec(text)
  if (!start) return undefined
  const header = readHeader(text, start.index + start[0].length)
  if (!header) return undefined
  const [vendor = '', product = '', , signature = '', name = '', severity = ''] = header.fields
  const fields = foldLabels(readExtension(text.slice(header.end)))
  return { vendor, product, signature, name, ...readSeverity(severity), fields }
}

function readHeader(text: string, from: number): { fields: string[]; end: number } | undefined {
  const fields: string[] = []
  let field = ''
  for (let at = from; at < text.length; at++) {
    const char = text[at] ?? ''
    const next = text[at + 1]
    if (char === '\\' && (next === '|' || next === '\\')) {
      field += next
      at++
    } else if (char === '|') {
      fields.push(field)
      field = ''
      if (fields.length === HEADER_FIELDS) return { fields, end: at + 1 }
    } else field += char
  }
  return undefined
}

const KEY = /(?:^|\s)([\w.\-[\]]{1,255})$/

/** Values hold spaces: a key is the word that stands right before an unescaped `=`. */
export function readExtension(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  let key: string | undefined
  let valueFrom = 0
  for (const equals of unescapedEquals(text)) {
    const found = KEY.exec(text.slice(Math.max(valueFrom, equals - 256), equals))
    // An unescaped `=` inside a value, as sloppy senders write it: belongs to the value.
    if (!found) continue
    const keyFrom = equals - (found[1]?.length ?? 0)
    if (key !== undefined) fields.set(key, unescaped(text.slice(valueFrom, keyFrom).trim()))
    key = found[1]
    valueFrom = equals + 1
  }
  if (key !== undefined) fields.set(key, unescaped(text.slice(valueFrom).trim()))
  return fields
}

function unescapedEquals(text: string): number[] {
  const found: number[] = []
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '=') found.push(at)
  }
  return found
}

/** From left to right, so that `\\n` is a backslash and an n. */
const unescaped = (text: string): string =>
  text.replace(/\\([\\=|nr])/g, (_all, char: string) => (char === 'n' ? '\n' : char === 'r' ? '\r' : char))

/** `cs1Label=X cs1=y` → also `X=y`; without its partner a field stays as it is. */
export function foldLabels(fields: Map<string, string>): Map<string, string> {
  for (const [key, label] of [...fields]) {
    const value = key.endsWith('Label') ? fields.get(key.slice(0, -'Label'.length)) : undefined
    if (value !== undefined && label !== '' && !fields.has(label)) fields.set(label, value)
  }
  return fields
}
