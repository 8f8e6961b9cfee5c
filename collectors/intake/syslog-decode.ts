import { type Decoded, refuse } from '../source.ts'
import { decodeMessage } from './charset.ts'
import { isCutJson } from './cut-json.ts'
import { parseHeader, type SyslogMessage } from './syslog-header.ts'

/** What a vendor's dialect makes of one message; pure. `raw` only for refusals. */
export type Dialect = (message: SyslogMessage, receivedMs: number, raw: Uint8Array, encoding: string) => Decoded

export interface SyslogDialect {
  zone: string
  priOptional: boolean
  decode: Dialect
}

export type FrameDecoder = (frame: Uint8Array, receivedMs: number) => Decoded

const refused = (...[reason, raw, detail]: Parameters<typeof refuse>): Decoded => ({
  drafts: [],
  refusals: [refuse(reason, raw, detail)],
  dropped: 0,
})

/** Bytes of one message → events: characters, header, then the vendor's body. */
export const createDecoder =
  ({ zone, priOptional, decode }: SyslogDialect): FrameDecoder =>
  (frame, receivedMs) => {
    const read = decodeMessage(frame)
    if (!read) return refused('undecodable', frame, '既不是 UTF-8 也不是 GB18030')
    const message = parseHeader(read.text, { receivedMs, zone, priOptional })
    if (message === 'bad_pri') return refused('bad_pri', frame, '报文应以 <0>–<191> 开头')
    if (typeof message === 'string') return refused(message, frame, 'syslog 报文头不符合 RFC 5424')
    return decode(message, receivedMs, frame, read.encoding)
  }

/**
 * For lines of one TCP connection: a body with a raw line break arrives as a message that just stops and a line that
 * begins with no PRI. Both are `frame_split`, so that people look at the sender's framing and not for broken JSON.
 */
export function splitAware(decode: FrameDecoder): FrameDecoder {
  let open = false
  return (frame, receivedMs) => {
    const begins = frame[0] === 0x3c
    if (open && !begins) return refused('frame_split', frame, '上一条报文的后半段')
    const decoded = decode(frame, receivedMs)
    open = decoded.refusals.some(({ reason }) => reason === 'bad_json') && isCutJson(decodeMessage(frame)?.text ?? '')
    return open
      ? refused('frame_split', frame, '报文内含换行，被按行切断；请让来源改用按长度分帧（octet counting）')
      : decoded
  }
}
