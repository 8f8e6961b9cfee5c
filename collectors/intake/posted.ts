const MAX_MESSAGES = 5000
const BRACKET = 0x5b

/**
 * Pure: the messages in a posted body: each entry of a JSON list, the whole of one JSON object, or each line.
 * Undefined when they are more than 5000.
 */
export function messagesOf(body: Uint8Array): Uint8Array[] | undefined {
  const messages = listOf(body) ?? (isJson(body) ? [body] : linesOf(body))
  return messages.length > MAX_MESSAGES ? undefined : messages
}

function listOf(body: Uint8Array): Uint8Array[] | undefined {
  if (body.find((byte) => byte > 0x20) !== BRACKET) return undefined
  const value = parse(body)
  return Array.isArray(value) ? value.map((one) => Buffer.from(JSON.stringify(one))) : undefined
}

const isJson = (body: Uint8Array): boolean => parse(body) !== undefined

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  } catch {
    return undefined
  }
}

function linesOf(body: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  let from = 0
  while (from < body.length) {
    const end = body.indexOf(0x0a, from)
    const to = end < 0 ? body.length : end
    const line = body.subarray(from, body[to - 1] === 0x0d ? to - 1 : to)
    if (line.some((byte) => byte > 0x20)) lines.push(line)
    from = to + 1
  }
  return lines
}
