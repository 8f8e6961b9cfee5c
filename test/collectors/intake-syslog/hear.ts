import { createDecoder, type FrameDecoder, splitAware } from '../../../collectors/intake/syslog-decode.ts'
import { createFramer, type Framer } from '../../../collectors/intake/syslog-framing.ts'
import type { SyslogMessage } from '../../../collectors/intake/syslog-header.ts'
import { refuse } from '../../../collectors/source.ts'

export interface Heard {
  messages: (SyslogMessage & { enc: string })[]
  refusals: string[]
  mode?: Framer['mode']
  closed: boolean
}

/** Decodes without a vendor: every message is kept as it was read; a JSON body must be whole. */
export function plainDecoder(heard: Heard, priOptional = false): FrameDecoder {
  return createDecoder({
    zone: 'Asia/Shanghai',
    priOptional,
    decode: (message, _receivedMs, raw, enc) => {
      if (message.message.startsWith('{') && !isJson(message.message))
        return { drafts: [], refusals: [refuse('bad_json', raw)], dropped: 0 }
      heard.messages.push({ ...message, enc })
      return { drafts: [], refusals: [], dropped: 0 }
    },
  })
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export function hearDatagram(bytes: Uint8Array, receivedMs: number, priOptional = false): Heard {
  const heard: Heard = { messages: [], refusals: [], closed: false }
  const decoded = plainDecoder(heard, priOptional)(bytes, receivedMs)
  heard.refusals.push(...decoded.refusals.map(({ reason }) => reason))
  return heard
}

/** One TCP connection, its bytes in chunks of that size, closed by the sender at the end. */
export function hearStream(bytes: Uint8Array, receivedMs: number, chunk: number): Heard {
  const heard: Heard = { messages: [], refusals: [], closed: false }
  const framer = createFramer()
  const whole = plainDecoder(heard)
  const split = splitAware(whole)
  const take = ({ frames, refusals, close }: ReturnType<Framer['push']>) => {
    heard.refusals.push(...refusals.map(({ reason }) => reason))
    for (const frame of frames) {
      const decoded = (framer.mode === 'line' ? split : whole)(frame, receivedMs)
      heard.refusals.push(...decoded.refusals.map(({ reason }) => reason))
    }
    return close
  }
  for (let from = 0; from < bytes.length && !heard.closed; from += chunk)
    heard.closed = take(framer.push(bytes.subarray(from, from + chunk)))
  if (!heard.closed) take(framer.end())
  return { ...heard, mode: framer.mode }
}
