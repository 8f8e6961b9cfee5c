import { officeTime } from '../../config/zone.ts'

/** Fills the {placeholders} of rule texts. What has no value is shown as –, never left out in silence. */
export type Values = Readonly<Record<string, string | number>>

const PLACEHOLDER = /\{([\p{L}\p{N}_.|-]+)\}/gu
const MAX_VALUE = 60

export const render = (template: string, values: Values): string =>
  template.replace(PLACEHOLDER, (_, keys: string) => {
    const found = keys.split('|').map((key) => (Object.hasOwn(values, key) ? String(values[key]) : ''))
    return plain(found.find((text) => text !== '') ?? '–')
  })

/** Foreign text on one line: no control or direction characters, cut to a length a card can hold. */
export const plain = (text: string, max = MAX_VALUE): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
  return line.length > max ? `${line.slice(0, max - 1)}…` : line
}

/** A rule's title without its placeholders: what a storm card says. */
export const label = (title: string): string => title.replace(PLACEHOLDER, '').replace(/\s+/g, ' ').trim() || '同类告警'

/** `300` → `5 分钟`, `45` → `45 秒`, `7200` → `2 小时`. */
export function span(seconds: number): string {
  if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} 小时`
  if (seconds >= 60 && seconds % 60 === 0) return `${seconds / 60} 分钟`
  return `${seconds} 秒`
}

/** HH:MM:SS in the office. */
export const clockText = (ms: number): string => officeTime(ms).toPlainTime().toString({ smallestUnit: 'second' })
