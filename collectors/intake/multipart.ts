import { ByteQueue } from './byte-queue.ts'

/** One part of an endless multipart answer. `headers`: names in lower case. */
export interface Part {
  headers: ReadonlyMap<string, string>
  body: Uint8Array
}
export type MultipartEvent =
  | { what: 'part'; part: Part }
  /** Longer than the limit: the rest of it is passed over up to the next boundary. */
  | { what: 'too_long'; head: Uint8Array }
  /** No boundary, or headers that never end: the connection is worth nothing more. */
  | { what: 'bad_header'; head: Uint8Array }

export interface MultipartOptions {
  /** Of the Content-Type header; without it the first line that starts with `--` tells. */
  boundary?: string
  maxPartBytes?: number
  /** Is this text a whole document? For parts that are neither JSON nor XML. */
  isWhole?(text: string): boolean
}

const MAX_PART = 2 * 1024 * 1024
const MAX_HEAD = 16 * 1024
const NEWLINE = 0x0a

/**
 * Reads multipart/mixed as devices send it: boundaries may be split across chunks, Content-Length may lie. A part is
 * complete at the next boundary, or earlier when it is as long as it said and its document is whole. Never throws.
 */
export class MultipartReader {
  readonly #queue = new ByteQueue()
  readonly #maxPart: number
  readonly #isWhole: (text: string) => boolean
  #delimiter: Buffer | undefined
  #where: 'preamble' | 'head' | 'body' | 'skip' | 'broken' = 'preamble'
  #headers: ReadonlyMap<string, string> = new Map()
  /** Up to here the body holds no boundary. */
  #searched = 0
  #tried = false

  constructor({ boundary, maxPartBytes = MAX_PART, isWhole = isWholeDocument }: MultipartOptions = {}) {
    this.#maxPart = maxPartBytes
    this.#isWhole = isWhole
    if (boundary) this.#delimiter = Buffer.from(`--${boundary}`)
  }

  feed(chunk: Uint8Array): MultipartEvent[] {
    if (this.#where === 'broken') return []
    this.#queue.push(chunk)
    const events: MultipartEvent[] = []
    while (this.#step(events));
    return events
  }

  /** Nothing came for a moment: is the part that stands there whole? */
  flush(): MultipartEvent[] {
    const part = this.#where === 'body' ? this.#wholePart() : undefined
    return part ? [part] : []
  }

  #step(events: MultipartEvent[]): boolean {
    switch (this.#where) {
      case 'preamble':
        return this.#preamble(events)
      case 'head':
        return this.#head(events)
      case 'body':
      case 'skip':
        return this.#body(events)
      case 'broken':
        return false
    }
  }

  #preamble(events: MultipartEvent[]): boolean {
    const view = this.#queue.view()
    this.#delimiter ??= sniffBoundary(view)
    const at = this.#delimiter ? findBoundary(view, this.#delimiter, this.#searched) : -1
    if (at >= 0 && this.#delimiter) return this.#enterHead(at + this.#delimiter.length)
    if (this.#delimiter) this.#searched = Math.max(0, view.length - this.#delimiter.length - 2)
    return view.length > MAX_HEAD ? this.#break(events) : false
  }

  #enterHead(consumed: number): boolean {
    this.#queue.drop(consumed)
    this.#searched = 0
    this.#tried = false
    this.#where = 'head'
    return true
  }

  /** From behind the boundary to the empty line. */
  #head(events: MultipartEvent[]): boolean {
    const view = this.#queue.view()
    if (view.length >= 2 && view[0] === 0x2d && view[1] === 0x2d) return this.#toPreamble(2)
    const end = endOfHead(view)
    if (end < 0) return view.length > MAX_HEAD ? this.#break(events) : false
    this.#headers = readHeaders(view.subarray(0, end).toString('latin1'))
    this.#queue.drop(end)
    this.#where = 'body'
    return true
  }

  #body(events: MultipartEvent[]): boolean {
    const view = this.#queue.view()
    const at = this.#delimiter ? findBoundary(view, this.#delimiter, this.#searched) : -1
    if (at >= 0) {
      if (this.#where === 'body' && at <= this.#maxPart) events.push(this.#part(view.subarray(0, at)))
      else if (this.#where === 'body') events.push({ what: 'too_long', head: copy(view.subarray(0, 200)) })
      return this.#enterHead(at + (this.#delimiter?.length ?? 0))
    }
    this.#searched = Math.max(0, view.length - (this.#delimiter?.length ?? 0) - 2)
    if (view.length > this.#maxPart) return this.#passOver(events, view)
    const early =
      this.#where === 'body' && !this.#tried && view.length >= this.#declared() ? this.#wholePart() : undefined
    if (early) events.push(early)
    return early !== undefined
  }

  /** Keeps only the tail in which a boundary may have begun. */
  #passOver(events: MultipartEvent[], view: Buffer): boolean {
    if (this.#where === 'body') events.push({ what: 'too_long', head: copy(view.subarray(0, 200)) })
    this.#where = 'skip'
    this.#queue.drop(this.#searched)
    this.#searched = 0
    return false
  }

  #declared(): number {
    const length = Number(this.#headers.get('content-length'))
    return Number.isSafeInteger(length) && length > 0 ? length : Number.POSITIVE_INFINITY
  }

  #wholePart(): MultipartEvent | undefined {
    const view = this.#queue.view()
    this.#tried = true
    if (!this.#isWhole(view.toString('utf8').trim())) return undefined
    const event = this.#part(view)
    this.#toPreamble(view.length)
    return event
  }

  #part(body: Uint8Array): MultipartEvent {
    return { what: 'part', part: { headers: this.#headers, body: copy(body) } }
  }

  #toPreamble(consumed: number): boolean {
    this.#queue.drop(consumed)
    this.#searched = 0
    this.#where = 'preamble'
    return true
  }

  #break(events: MultipartEvent[]): boolean {
    events.push({ what: 'bad_header', head: copy(this.#queue.view().subarray(0, 200)) })
    this.#where = 'broken'
    return false
  }
}

const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

/** A boundary stands at the start of a line; inside a JSON text no raw newline can come before it. */
function findBoundary(view: Buffer, delimiter: Buffer, from: number): number {
  for (let at = view.indexOf(delimiter, from); at >= 0; at = view.indexOf(delimiter, at + 1))
    if (at === 0 || view[at - 1] === NEWLINE) return at
  return -1
}

function sniffBoundary(view: Buffer): Buffer | undefined {
  const text = view.subarray(0, MAX_HEAD).toString('latin1')
  const match = /(?:^|\n)(--[\w'()+,./:=? -]{1,70}?)[ \t]*\r?\n/.exec(text)
  return match?.[1] ? Buffer.from(match[1], 'latin1') : undefined
}

function endOfHead(view: Buffer): number {
  const lf = view.indexOf('\n\n')
  const crlf = view.indexOf('\r\n\r\n')
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return crlf + 4
  return lf >= 0 ? lf + 2 : -1
}

function readHeaders(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).map((line) => /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line))
  return new Map(lines.flatMap((match) => (match?.[1] ? [[match[1].toLowerCase(), match[2] ?? '']] : [])))
}

/** A whole JSON document, or something that ends like a whole XML one. */
function isWholeDocument(text: string): boolean {
  if (/^<[\s\S]*<\/\s*[\w:.-]+\s*>$/.test(text)) return closesItsRoot(text)
  if (!/^[[{]/.test(text) || !/[\]}]$/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function closesItsRoot(text: string): boolean {
  const root = /<([A-Za-z_][\w:.-]*)/.exec(text)?.[1]
  return root !== undefined && new RegExp(`</\\s*${root.replace(/[.\\-]/g, '\\$&')}\\s*>$`).test(text)
}

/** `boundary` of a Content-Type, quoted or not. */
export const boundaryOf = (contentType: string | undefined): string | undefined =>
  /boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;]{1,200}))/i
    .exec(contentType ?? '')
    ?.slice(1)
    .find(Boolean)
