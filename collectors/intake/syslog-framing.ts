import type { QuarantineReason } from '../../contract/quarantine.ts'

/** RFC 5425 asks for 8 KiB; the vendors' JSON goes up to what UDP can carry. */
export const MAX_FRAME = 64 * 1024
const MAX_LENGTH_DIGITS = 10

export interface FrameStep {
  frames: Uint8Array[]
  refusals: { reason: QuarantineReason; raw: Uint8Array; detail: string }[]
  /** The stream cannot be followed any further. */
  close: boolean
}

/** One TCP stream of syslog cut into messages, RFC 6587. */
export interface Framer {
  /** Undefined before the first byte. */
  readonly mode: 'octet' | 'line' | undefined
  push(chunk: Uint8Array): FrameStep
  /** The sender closed: a last line without its end is still a message. */
  end(): FrameStep
}

const LF = 0x0a
const CR = 0x0d
const NUL = 0
const SPACE = 0x20
const isSeparator = (byte: number): boolean => byte === LF || byte === CR || byte === NUL
const ZERO = 0x30
const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 0x39

/**
 * The first byte decides for the whole connection: 1–9 is octet counting (`LEN SP MSG`, LEN in bytes), everything else
 * is a line that ends with LF, CRLF or NUL.
 */
export function createFramer(maxFrame = MAX_FRAME): Framer {
  let buffer = Buffer.alloc(512)
  let length = 0
  /** Bytes of the buffer that were already searched for an end. */
  let searched = 0
  let mode: Framer['mode']
  /** In the rest of a line that was too long. */
  let skipping = false
  let closed = false
  /** Copy of the buffer as it is, when there is one. */
  let still: Uint8Array | undefined

  function append(chunk: Uint8Array): void {
    if (length + chunk.length > buffer.length) {
      const larger = Buffer.alloc(Math.max(buffer.length * 2, length + chunk.length))
      buffer.copy(larger, 0, 0, length)
      buffer = larger
    }
    buffer.set(chunk, length)
    length += chunk.length
    still = undefined
  }
  function consume(count: number): void {
    buffer.copyWithin(0, count, length)
    length -= count
    searched = 0
    still = undefined
  }
  const copy = (from: number, to: number): Uint8Array => new Uint8Array(buffer.subarray(from, to))
  /** The frames of one push lie in one copy: many small ones cost as much as reading their headers. */
  const cut = (step: FrameStep, from: number, to: number): void => {
    still ??= copy(0, length)
    step.frames.push(still.subarray(from, to))
  }

  function giveUp(step: FrameStep, reason: QuarantineReason, detail: string): undefined {
    step.refusals.push({ reason, raw: copy(0, Math.min(length, 256)), detail })
    step.close = true
    closed = true
    length = 0
    return undefined
  }

  /** Next message of `LEN SP MSG` from `at`; its end, or undefined when more is needed or all is lost. */
  function octetFrame(at: number, step: FrameStep): number | undefined {
    let [digits, size] = [at, 0]
    for (; digits < length && isDigit(buffer[digits] ?? 0); digits++) size = size * 10 + (buffer[digits] ?? 0) - ZERO
    if (digits - at > MAX_LENGTH_DIGITS) return giveUp(step, 'frame_too_long', '长度字段超过 10 位，已断开连接')
    if (size > maxFrame) return giveUp(step, 'frame_too_long', `声明长度 ${size} 字节，已断开连接`)
    if (digits === length) return undefined
    if (digits === at || buffer[at] === ZERO || buffer[digits] !== SPACE)
      return giveUp(step, 'bad_header', '长度字段无效，无法继续分帧，已断开连接')
    const end = digits + 1 + size
    if (end > length) return undefined
    cut(step, digits + 1, end)
    return end
  }

  function octets(step: FrameStep): void {
    let at = 0
    while (!closed) {
      while (at < length && isSeparator(buffer[at] ?? 1)) at++
      const end = at < length ? octetFrame(at, step) : undefined
      if (end === undefined) break
      at = end
    }
    if (!closed) consume(at)
  }

  function line(from: number, to: number, step: FrameStep): void {
    const end = to > from && buffer[to - 1] === CR ? to - 1 : to
    if (skipping) skipping = false
    else if (end - from > maxFrame) tooLong(from, step)
    else if (end > from) cut(step, from, end)
  }

  const tooLong = (from: number, step: FrameStep): void => {
    step.refusals.push({ reason: 'frame_too_long', raw: copy(from, from + 256), detail: '一行超过长度上限' })
  }

  function lines(step: FrameStep): void {
    let from = 0
    for (let at = searched; at < length; at++) {
      if (buffer[at] !== LF && buffer[at] !== NUL) continue
      line(from, at, step)
      from = at + 1
    }
    if (from > 0) consume(from)
    searched = length
    if (length <= maxFrame) return
    if (!skipping) tooLong(0, step)
    skipping = true
    consume(length)
  }

  return {
    get mode() {
      return mode
    },
    push(chunk) {
      const step: FrameStep = { frames: [], refusals: [], close: closed }
      if (closed || chunk.length === 0) return step
      append(chunk)
      if (mode === undefined) {
        let first = 0
        while (first < length && isSeparator(buffer[first] ?? 1)) first++
        consume(first)
        if (length === 0) return step
        mode = isDigit(buffer[0] ?? 0) && buffer[0] !== 0x30 ? 'octet' : 'line'
      }
      if (mode === 'octet') octets(step)
      else lines(step)
      return step
    },
    end() {
      const step: FrameStep = { frames: [], refusals: [], close: true }
      if (closed || length === 0) return step
      if (mode === 'line') line(0, length, step)
      else step.refusals.push({ reason: 'bad_header', raw: copy(0, 256), detail: '连接在一条报文中途关闭' })
      length = 0
      closed = true
      return step
    },
  }
}
