import { refuse } from '../source.ts'
import { decodeMessage } from './charset.ts'
import type { FrameDecoder, SyslogDialect } from './syslog-decode.ts'
import type { SyslogMessage } from './syslog-header.ts'

/**
 * Bytes of one line of a file, or of one posted message, → events: no syslog header in front, all of it is the body.
 * @param host the terminal it speaks of, where the line does not say
 */
export const lineDecoder =
  ({ decode }: SyslogDialect, host?: string): FrameDecoder =>
  (line, receivedMs) => {
    const read = decodeMessage(line)
    if (!read) return { drafts: [], refusals: [refuse('undecodable', line, '既不是 UTF-8 也不是 GB18030')], dropped: 0 }
    return decode(bare(read.text.replace(/^\ufeff/, ''), host), receivedMs, line, read.encoding)
  }

const NO_DATA: SyslogMessage['structured'] = new Map()

const bare = (message: string, host: string | undefined): SyslogMessage => ({
  facility: 1,
  severity: 5,
  moment: undefined,
  badTime: false,
  host,
  app: undefined,
  procId: undefined,
  msgId: undefined,
  structured: NO_DATA,
  message,
  format: 'bare',
})
