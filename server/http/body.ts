import type { IncomingMessage } from 'node:http'
import getRawBody from 'raw-body'
import type { RouteSpec } from '../../contract/http/route.ts'
import { Refusal } from '../refusal.ts'

export const JSON_LIMIT = 64 * 1024
export const RAW_LIMIT = 1024 * 1024
/** Nobody nests deeper on purpose; what recurses over a body must not run out of stack. */
export const DEPTH_LIMIT = 64

/**
 * The body as the route wants it: JSON parsed, bytes, or undefined.
 * @throws Refusal `too-large`, `unsupported-media`, `bad-input`
 */
export async function readBody(
  req: IncomingMessage,
  { consumes, maxBytes }: Pick<RouteSpec, 'consumes' | 'maxBytes'>,
): Promise<unknown> {
  if (consumes === 'none') return undefined
  if ((req.headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new Refusal('unsupported-media', '请求内容不能压缩')
  const bytes = await collect(req, maxBytes ?? (consumes === 'raw' ? RAW_LIMIT : JSON_LIMIT))
  if (consumes === 'raw') return bytes
  if (bytes.length === 0) return undefined
  const type = (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type !== 'application/json' && !/^application\/[a-z.-]+\+json$/.test(type))
    throw new Refusal('unsupported-media', '请用 application/json')
  return parse(bytes)
}

async function collect(req: IncomingMessage, limit: number): Promise<Buffer> {
  try {
    return await getRawBody(req, { limit, length: req.headers['content-length'] ?? null })
  } catch (error) {
    const { type } = error as { type?: string }
    if (type === 'entity.too.large') throw new Refusal('too-large', `上限 ${limit / 1024} KiB`)
    throw new Refusal('bad-input', '请求内容没有传完')
  }
}

function parse(bytes: Buffer): unknown {
  if (isTooDeep(bytes))
    throw new Refusal('bad-input', undefined, [{ path: '', message: `嵌套不能超过 ${DEPTH_LIMIT} 层` }])
  let value: unknown
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    value = JSON.parse(text)
  } catch {
    throw new Refusal('bad-input', undefined, [{ path: '', message: '不是有效的 UTF-8 JSON' }])
  }
  if (ODD_ESCAPE.test(text) && !isStorable(value))
    throw new Refusal('bad-input', undefined, [{ path: '', message: '文字中有残缺的字符，请重新输入' }])
  return value
}

/** Only an escape can bring half a character or a NUL; no chain (RFC 8785), no PostgreSQL and no file could hold it. */
const ODD_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/
const isStorable = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.isWellFormed() && !value.includes('\0')
    : typeof value !== 'object' || value === null || Object.entries(value).flat().every(isStorable)

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b])
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d])

/** Counts brackets outside of texts; UTF-8 keeps them apart from all other characters. */
function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (inText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inText = false
    } else if (byte === QUOTE) inText = true
    else if (CLOSING.has(byte)) depth--
    else if (OPENING.has(byte) && ++depth > DEPTH_LIMIT) return true
  }
  return false
}
