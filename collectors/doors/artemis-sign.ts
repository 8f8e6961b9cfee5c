import { createHmac } from 'node:crypto'

export interface ArtemisAsk {
  method: string
  /** Path with query, as it stands in the request line. */
  path: string
  accept: string
  contentType: string
  appKey: string
  appSecret: string
  /** Epoch ms; the gateway refuses what is 15 minutes off. */
  timestamp: number
  /** Once only within 15 minutes. */
  nonce: string
}

const SIGNED = ['x-ca-key', 'x-ca-nonce', 'x-ca-timestamp'] as const

/**
 * Headers of one request to the Artemis gateway: HMAC-SHA256 over method, Accept, Content-Type, the signed `x-ca-*` in
 * order and the path, a line each; a header that is not sent has no line (vendor's OpenAPI signature guide).
 */
export function artemisHeaders(ask: ArtemisAsk): Record<string, string> {
  const values = { 'x-ca-key': ask.appKey, 'x-ca-nonce': ask.nonce, 'x-ca-timestamp': String(ask.timestamp) }
  return {
    accept: ask.accept,
    'content-type': ask.contentType,
    ...values,
    'x-ca-signature-headers': SIGNED.join(','),
    'x-ca-signature': signature(ask, values),
  }
}

function signature(ask: ArtemisAsk, values: Readonly<Record<(typeof SIGNED)[number], string>>): string {
  const lines = [
    ask.method.toUpperCase(),
    ask.accept,
    ask.contentType,
    ...SIGNED.map((name) => `${name}:${values[name]}`),
  ]
  return createHmac('sha256', ask.appSecret)
    .update(`${lines.join('\n')}\n${ask.path}`, 'utf8')
    .digest('base64')
}
