export type Json = Record<string, unknown>

/** Deeper bodies are no terminal event; they would only exhaust the stack. */
const MAX_DEPTH = 32

/** The one JSON object of a message body; undefined when it is none. Integers beyond 2^53 stay as their digits. */
export function parseBody(message: string): Json | undefined {
  const start = message.indexOf('{')
  if (start < 0) return undefined
  const text = message.slice(start)
  try {
    const value: unknown = hasLongNumber(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
    return isJson(value) && (!mayBeDeep(text) || isShallow(value, MAX_DEPTH)) ? value : undefined
  } catch {
    return undefined
  }
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Third argument of a reviver: the source text of a primitive (ES2025, JSON.parse source text access). */
function keepDigits(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  const lost = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  return lost ? (context?.source ?? value) : value
}

/** Digits of 2^53. */
const LONG = 16
/** 16 digits in a row anywhere: they cover one place of every 16, the others need no look. */
function hasLongNumber(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text, at)) continue
    let [from, to] = [at, at + 1]
    while (isDigit(text, from - 1)) from--
    while (isDigit(text, to)) to++
    if (to - from >= LONG) return true
  }
  return false
}
function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}

/** Can a text with so few opening brackets be deep? Most need no walk through what they say. */
function mayBeDeep(text: string): boolean {
  let count = 0
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (++count > MAX_DEPTH) return true
  return false
}

function isShallow(value: object, depth: number): boolean {
  if (depth === 0) return false
  for (const one of Object.values(value))
    if (typeof one === 'object' && one !== null && !isShallow(one, depth - 1)) return false
  return true
}

/** A path of a profile, cut into its keys once: `client_info.name`, `group_info.0.node_name`. */
export type Path = readonly string[]
export const pathOf = (path: string): Path => path.split('.')
export const pathsOf = (paths: readonly string[]): readonly Path[] => paths.map(pathOf)

/** What lies there: own properties only, so that no prototype answers. */
export function at(value: unknown, path: Path): unknown {
  let here = value
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined
    here = (here as Json)[key]
  }
  return here
}

/** First path that leads to a non-empty scalar. */
export function firstOf(value: unknown, paths: readonly Path[]): string | number | boolean | undefined {
  for (const path of paths) {
    const found = at(value, path)
    if (typeof found === 'number' || typeof found === 'boolean' || (typeof found === 'string' && found !== ''))
      return found
  }
  return undefined
}

/** Same text for the same content: keys sorted, the given paths left out. */
export function canonical(value: unknown, without: ReadonlySet<string>, path = ''): string {
  if (Array.isArray(value)) return `[${value.map((one, n) => canonical(one, without, `${path}${n}.`)).join(',')}]`
  if (!isJson(value)) return JSON.stringify(value) ?? 'null'
  const keys = Object.keys(value).filter((key) => !without.has(path + key))
  const parts = keys.sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key], without, `${path}${key}.`)}`)
  return `{${parts.join(',')}}`
}
