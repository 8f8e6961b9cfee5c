/** As a message of syslog: RFC 5425 asks for 8 KiB, vendors' JSON goes up to this. */
const MAX_LINE = 64 * 1024
const SAMPLE = 256
const LF = 0x0a
const CR = 0x0d

export interface LineCut {
  /** Without their ends; no empty ones. */
  lines: Uint8Array[]
  /** Beginnings of lines that are longer than 64 KiB. */
  tooLong: Uint8Array[]
}

export interface Cutting extends LineCut {
  /** Bytes that need not be read again. */
  used: number
  /** In the rest of a line that was too long. */
  skipping: boolean
}

/**
 * Pure: cuts what was read of a file into lines (LF or CRLF). A last line without its end waits, unless `whole` says
 * that nothing will come after it.
 */
export function cutLines(bytes: Uint8Array, by: { whole: boolean; skipping: boolean }): Cutting {
  const cut: Cutting = { lines: [], tooLong: [], used: 0, skipping: by.skipping }
  for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, cut.used)) {
    take(bytes.subarray(cut.used, end), cut)
    cut.used = end + 1
  }
  const rest = bytes.length - cut.used
  if (by.whole && rest > 0) {
    take(bytes.subarray(cut.used), cut)
    cut.used = bytes.length
  } else if (rest > MAX_LINE || (cut.skipping && rest > 0)) {
    if (!cut.skipping) cut.tooLong.push(bytes.slice(cut.used, cut.used + SAMPLE))
    cut.skipping = true
    cut.used = bytes.length
  }
  return cut
}

function take(line: Uint8Array, cut: Cutting): void {
  const end = line.at(-1) === CR ? line.length - 1 : line.length
  if (cut.skipping) cut.skipping = false
  else if (end > MAX_LINE) cut.tooLong.push(line.slice(0, SAMPLE))
  else if (end > 0) cut.lines.push(line.slice(0, end))
}
