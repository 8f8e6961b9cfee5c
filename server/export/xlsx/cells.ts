/** Cells and rows of SpreadsheetML (ECMA-376 part 1, 18.3), pure: values in, XML text out. */

export type Cell = string | number | boolean | null
export type CellKind = 'text' | 'date' | 'number'

/** Indices of `cellXfs` in parts.ts. */
export const STYLES = { plain: 0, header: 1, date: 2, quoted: 3, title: 4 } as const

/** The most that a cell holds (Excel specification). */
export const CELL_LIMIT = 32_767
/** Excel counts days from here; the wrong leap day of 1900 is behind every date that we write. */
const EPOCH = Date.UTC(1899, 11, 30)
const DAY_MS = 86_400_000

/** 0 → A, 25 → Z, 26 → AA */
export function columnName(at: number): string {
  const rest = Math.floor(at / 26)
  return (rest > 0 ? columnName(rest - 1) : '') + String.fromCharCode(65 + (at % 26))
}

/**
 * What a spreadsheet program could take for a formula when the text is typed again or saved as CSV
 * (OWASP CSV Injection): it is written as a text cell and marked «quoted», so that it stays text in every edit.
 */
export const looksLikeFormula = (text: string): boolean =>
  /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text)

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]/g

/** XML text of a cell: what XML forbids becomes `_xHHHH_` (ECMA-376 22.9.2.19), half a surrogate becomes U+FFFD. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(FORBIDDEN, (one) => `_x${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/** Never cut a character of two code units in half. */
const shortened = (text: string): string =>
  text.length <= CELL_LIMIT ? text : `${text.slice(0, CELL_LIMIT - 1).replace(/[\ud800-\udbff]$/, '')}…`

const textCell = (reference: string, text: string, style: number): string =>
  `<c r="${reference}"${style ? ` s="${style}"` : ''} t="inlineStr"><is><t xml:space="preserve">${escapeText(shortened(text))}</t></is></c>`

/** `YYYY-MM-DD` → Excel's day number; undefined when it is no such date. */
export function dayNumber(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined
  const at = Date.parse(`${date}T00:00:00Z`)
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(date) && at > Date.UTC(1900, 2, 1)
    ? (at - EPOCH) / DAY_MS
    : undefined
}

/** One cell; null and the empty text leave it out. A number is written as a number only in a column of numbers. */
export function cellXml(reference: string, value: Cell, kind: CellKind): string {
  if (value === null || value === '') return ''
  if (typeof value === 'boolean') return textCell(reference, value ? '是' : '否', STYLES.plain)
  if (typeof value === 'number')
    return Number.isFinite(value)
      ? `<c r="${reference}"><v>${value}</v></c>`
      : textCell(reference, String(value), STYLES.plain)
  const day = kind === 'date' ? dayNumber(value) : undefined
  if (day !== undefined) return `<c r="${reference}" s="${STYLES.date}"><v>${day}</v></c>`
  return textCell(reference, value, looksLikeFormula(value) ? STYLES.quoted : STYLES.plain)
}

/** `number` counts from 1. */
export function rowXml(number: number, values: readonly Cell[], kinds: readonly CellKind[]): string {
  const cells = values.map((value, at) => cellXml(`${columnName(at)}${number}`, value, kinds[at] ?? 'text'))
  return `<row r="${number}">${cells.join('')}</row>`
}

/** A row of words in one style: title and header. */
export function wordsRow(number: number, words: readonly string[], style: number): string {
  return `<row r="${number}">${words.map((text, at) => textCell(`${columnName(at)}${number}`, text, style)).join('')}</row>`
}
