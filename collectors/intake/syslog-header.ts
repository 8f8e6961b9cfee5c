import type { QuarantineReason } from '../../contract/quarantine.ts'
import { readStamp, readStrictStamp } from './syslog-time.ts'
import type { Moment } from './wall-clock.ts'

export type StructuredData = ReadonlyMap<string, ReadonlyMap<string, string>>

export interface SyslogMessage {
  facility: number
  /** 0 emergency … 7 debug, of the sender. */
  severity: number
  /** Undefined: the header gave none, or none that exists; then the time of receipt counts. */
  moment: Moment | undefined
  /** A stamp was there but is no time. */
  badTime: boolean
  host: string | undefined
  app: string | undefined
  procId: string | undefined
  msgId: string | undefined
  structured: StructuredData
  message: string
  format: 'rfc5424' | 'rfc3164' | 'bare'
}

export interface HeaderOptions {
  receivedMs: number
  zone: string
  /** A message without PRI counts as 13 (user.notice), as RFC 3164 4.3.3 says. */
  priOptional: boolean
}

/** 0–191 without leading zeros (RFC 5424 6.2.1). */
const PRI = /^<(0|[1-9]\d?|1[0-8]\d|19[01])>/
const TAG = /^(?!CEF:|LEEF:)([^\s:：[\]{}<>"|]{1,48})(?:\[([^\]\s]{1,32})\])?[:：] ?/
const HEADER_5424 = /^1 (\S{1,48}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (?=[-[])/
const NO_DATA: StructuredData = new Map()

/** Takes the header off; a reason of the closed list when it is none. Never throws. */
export function parseHeader(text: string, options: HeaderOptions): SyslogMessage | QuarantineReason {
  const found = PRI.exec(text)
  if (!found && (text.startsWith('<') || !options.priOptional)) return 'bad_pri'
  const pri = Number(found?.[1] ?? 13)
  const rest = text.slice(found?.[0].length ?? 0)
  const parsed = /^1 [-\d]/.test(rest) ? parse5424(rest, options) : parse3164(rest, options)
  return typeof parsed === 'string' ? parsed : { facility: pri >> 3, severity: pri & 7, ...parsed }
}

type Headless = Omit<SyslogMessage, 'facility' | 'severity'>

function parse5424(text: string, { receivedMs, zone }: HeaderOptions): Headless | QuarantineReason {
  const header = HEADER_5424.exec(text)
  if (!header) return 'bad_header'
  const [all, stamp = '-', host, app, procId, msgId] = header
  const data = readStructuredData(text, all.length)
  if (!data) return 'bad_header'
  const tail = text.slice(data.end)
  if (tail !== '' && !tail.startsWith(' ')) return 'bad_header'
  const moment = stamp === '-' ? undefined : readStrictStamp(stamp, receivedMs, zone)
  const named = (value: string | undefined) => (value === '-' ? undefined : value)
  return {
    moment,
    badTime: stamp !== '-' && !moment,
    host: named(host),
    app: named(app),
    procId: named(procId),
    msgId: named(msgId),
    structured: data.structured,
    message: tail.slice(1).replace(/^\ufeff/, ''),
    format: 'rfc5424',
  }
}

function readStructuredData(text: string, from: number): { structured: StructuredData; end: number } | undefined {
  if (text[from] === '-') return { structured: NO_DATA, end: from + 1 }
  const structured = new Map<string, ReadonlyMap<string, string>>()
  let at = from
  while (text[at] === '[') {
    const element = readElement(text, at + 1)
    if (!element) return undefined
    structured.set(element.id, element.params)
    at = element.end
  }
  return at > from ? { structured, end: at } : undefined
}

const SD_ID = /[^\s=\]"]{1,32}/y
const SD_PARAM = / ([^\s=\]"]{1,32})="((?:[^"\\]|\\.)*)"/sy

/** `id name="value" …]`; in values only `\"`, `\\` and `\]` are escapes, another backslash is itself; a bare `]` is let pass. */
function readElement(text: string, from: number) {
  SD_ID.lastIndex = from
  const id = SD_ID.exec(text)?.[0]
  if (!id) return undefined
  const params = new Map<string, string>()
  let at = from + id.length
  for (;;) {
    SD_PARAM.lastIndex = at
    const param = SD_PARAM.exec(text)
    if (!param) break
    params.set(param[1] ?? '', (param[2] ?? '').replace(/\\(["\\\]])/g, '$1'))
    at += param[0].length
  }
  return text[at] === ']' ? { id, params, end: at + 1 } : undefined
}

function parse3164(text: string, { receivedMs, zone }: HeaderOptions): Headless {
  const stamp = readStamp(text, receivedMs, zone)
  const rest = stamp ? text.slice(stamp.length).replace(/^:? +/, '') : text
  const { host, app, procId, message } = readOrigin(rest, stamp !== undefined)
  return {
    moment: stamp?.moment,
    badTime: stamp !== undefined && !stamp.moment,
    host,
    app,
    procId,
    msgId: undefined,
    structured: NO_DATA,
    message,
    format: stamp ? 'rfc3164' : 'bare',
  }
}

/** `HOST TAG[PID]: MSG` where each of the two may be missing; without a stamp there is no host either. */
function readOrigin(text: string, mayHaveHost: boolean) {
  const [first = ''] = /^\S{0,255}/.exec(text) ?? []
  const isHost =
    mayHaveHost && first !== '' && !/[:：{[<|]$|^[{[]|^(CEF|LEEF):/.test(first) && text[first.length] === ' '
  const host = isHost ? first : undefined
  const rest = isHost ? text.slice(first.length + 1) : text
  const tag = TAG.exec(rest)
  return { host, app: tag?.[1], procId: tag?.[2], message: tag ? rest.slice(tag[0].length) : rest }
}
