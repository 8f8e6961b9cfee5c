import { NAMES, WORDS } from './words.ts'

/** `receivedMs`, `received_ms` → received, ms. */
export const partsOf = (field: string): string[] =>
  field
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)

/** What stands at the end tells the kind of value. */
const LAST: Readonly<Record<string, string>> = {
  by: '人',
  at: '时刻',
  on: '日期',
  ms: '时刻',
  s: '秒数',
  m: '米数',
  h: '散列',
}
/** What stands at the head tells how the rest is meant. */
const FIRST: Readonly<Record<string, string>> = { by: '按', is: '是否', may: '可否', has: '是否有', must: '须否' }
/** Lengths of time in ms, not moments. */
const LENGTHS = /(took|lag|span|length|dwell|duration|delay|latency|every|within|idle|ttl|after)_?ms$/i

/** Chinese name of a field; null when a word of it is not in the list. */
export function nameOf(field: string): string | null {
  const whole = NAMES.get(field)
  if (whole) return whole
  const parts = partsOf(field)
  if (parts.length === 0) return null
  const words = parts.map((part, n) => {
    const last = parts.length > 1 && n === parts.length - 1 ? LAST[part] : undefined
    const first = parts.length > 1 && n === 0 ? FIRST[part] : undefined
    return last ?? first ?? WORDS.get(part) ?? (/^\d+$/.test(part) ? part : undefined)
  })
  return words.some((word) => word === undefined) ? null : words.join('')
}

/** Unit by the way a field is named; null = none, or it is said beside the value. */
export function unitOf(field: string, type: string): string | null {
  const last = partsOf(field).at(-1) ?? ''
  const isNumber = type.startsWith('整数') || type.startsWith('数字')
  if (!isNumber) return null
  if (LENGTHS.test(field)) return '毫秒'
  if (last === 'ms' || last === 'at') return '毫秒（UTC 时间戳）'
  return UNITS[last] ?? null
}
const UNITS: Readonly<Record<string, string>> = {
  s: '秒',
  seconds: '秒',
  minutes: '分钟',
  hours: '小时',
  days: '日',
  left: '日',
  months: '个月',
  percent: '%',
  share: '%',
  rate: '%',
  bytes: '字节',
  size: '字节',
  mb: 'MB',
  m: '米',
  lat: '度',
  lon: '度',
}
