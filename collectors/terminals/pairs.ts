import type { Json } from './json.ts'

/** A key and what joins it to its value, at the start or after a separator. `D:\` is a drive, `10:21` a time: no keys. */
const PAIR = /(?:^|[\s;,|，；])[ \t]{0,4}([\p{L}_][\p{L}\p{N}_.-]{0,63})[ \t]{0,2}[=:：](?![\\/])/gu
const CLOSING = /(?:[^"\\]|\\.)*"/sy
const MAX_PAIRS = 500

/**
 * `key=value` and `key:value;` as older consoles write them: pairs end with `;`, `,`, `|` or white space, a value may
 * hold spaces (the next key ends it) or stand in quotes, where `\"` and `\\` are escapes (protocols.md 1.1, 1.3).
 * Undefined when there is no pair. A key that comes twice keeps its first value.
 */
export function parsePairs(text: string): Json | undefined {
  const pairs: Json = {}
  let open: { key: string; from: number } | undefined
  const close = (to: number) => {
    if (open) put(pairs, open.key, text.slice(open.from, to).replace(/^\s+|[\s;,|，；]+$/g, ''))
    open = undefined
  }
  PAIR.lastIndex = 0
  for (let count = 0; count < MAX_PAIRS; count++) {
    const match = PAIR.exec(text)
    if (!match) break
    close(match.index)
    const from = match.index + match[0].length
    const quoted = text[from] === '"' ? closingAt(text, from + 1) : undefined
    if (quoted === undefined) open = { key: match[1] ?? '', from }
    else put(pairs, match[1] ?? '', text.slice(from + 1, quoted).replace(/\\(["\\])/g, '$1'))
    PAIR.lastIndex = quoted === undefined ? from : quoted + 1
  }
  close(text.length)
  return Object.keys(pairs).length > 0 ? pairs : undefined
}

/** Place of the quote that ends a value; undefined when none does. */
function closingAt(text: string, from: number): number | undefined {
  CLOSING.lastIndex = from
  const match = CLOSING.exec(text)
  return match ? from + match[0].length - 1 : undefined
}

/** As an own property whatever its name is: `__proto__` too. */
function put(pairs: Json, key: string, value: string): void {
  if (!Object.hasOwn(pairs, key))
    Object.defineProperty(pairs, key, { value, enumerable: true, writable: true, configurable: true })
}
