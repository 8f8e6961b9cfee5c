/** Chinese and Arabic numerals as they stand in records: 三万五千, 3.5万, 二〇二六, 廿三. */
const DIGITS: Readonly<Record<string, number>> = {
  〇: 0,
  零: 0,
  一: 1,
  壹: 1,
  二: 2,
  两: 2,
  贰: 2,
  三: 3,
  叁: 3,
  四: 4,
  肆: 4,
  五: 5,
  伍: 5,
  六: 6,
  陆: 6,
  七: 7,
  柒: 7,
  八: 8,
  捌: 8,
  九: 9,
  玖: 9,
}
const UNITS: Readonly<Record<string, number>> = { 十: 10, 拾: 10, 百: 100, 佰: 100, 千: 1000, 仟: 1000 }
export const NUMERAL = '[〇零一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟]'

/** Undefined for what is no number. */
export function numberOf(said: string): number | undefined {
  const text = said.replaceAll(/[,，\s]/g, '')
  const mixed = /^(\d+(?:\.\d+)?)([十百千万亿]*)$/.exec(text)
  if (mixed) return scaled(Number(mixed[1]), mixed[2] ?? '')
  const parts = /^(\d+(?:\.\d+)?)(万|千)(\d{1,4})(千|百)?(?:(\d{1,3})(百)?)?$/.exec(text)
  if (parts) return inParts(parts)
  if (/^[〇零一二三四五六七八九]{2,4}$/.test(text)) return Number([...text].map((one) => DIGITS[one]).join(''))
  return chinese(text)
}
/** 3万8千, 3万8, 1千5百: a last digit without a unit is of the next lower one. */
function inParts([, high = '', unit = '', low = '', lower, rest, last]: readonly (string | undefined)[]): number {
  const below = unit === '万' ? '千' : '百'
  const tail = lower ?? (low.length === 1 && rest === undefined ? below : '')
  return scaled(Number(high), unit) + scaled(Number(low), tail) + (rest ? scaled(Number(rest), last ?? '') : 0)
}
function scaled(value: number, units: string): number {
  let result = value
  for (const unit of units) result *= unit === '万' ? 1e4 : unit === '亿' ? 1e8 : (UNITS[unit] ?? 1)
  return Math.round(result * 100) / 100
}
function chinese(text: string): number | undefined {
  let [total, section, digit] = [0, 0, -1]
  let lastUnit = 1
  for (const one of text) {
    const value = DIGITS[one]
    const unit = UNITS[one]
    if (value !== undefined) {
      digit = value
      if (value === 0) lastUnit = 1
    } else if (unit !== undefined) {
      section += (digit < 0 ? 1 : digit) * unit
      lastUnit = unit
      digit = -1
    } else if (one === '万' || one === '亿') {
      section += Math.max(0, digit)
      total = (total + section) * (one === '万' ? 1e4 : 1e8)
      lastUnit = one === '万' ? 1e4 : 1e8
      section = 0
      digit = -1
    } else return undefined
  }
  if (text === '') return undefined
  // 三万五 is 35 000, 一千二 is 1 200; 三百零五 stays 305.
  if (digit > 0) section += lastUnit > 10 ? (digit * lastUnit) / 10 : digit
  else if (digit === 0 && text.length === 1) return 0
  return total + section
}

export interface Amount {
  start: number
  end: number
  /** Yuan. */
  value: number
  /** 余, 多, 左右, 约, 大概. */
  rough: boolean
}
const AMOUNT =
  /(约|大约|大概|差不多|近|将近)?(?:人民币)?((?:\d{1,4}万\d{1,4}千?(?:\d百)?)|(?:\d{1,3}千\d百?)|(?:\d[\d,]{0,14}(?:\.\d{1,4})?[百千万亿]{0,2})|[〇零一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟]{1,16})(多|余)?([万千百])?(多|余)?(?:元|块)(?:钱|整)?(左右|上下)?/gu

/** Amounts of money in a text, offsets from its start. */
export function amountsOf(text: string): Amount[] {
  return [...text.matchAll(AMOUNT)].flatMap((match) => {
    const [whole, before, digits = '', more, unit = '', again, after] = match
    const value = numberOf(digits + unit)
    // 一块 without 钱 is a piece of something.
    if (value === undefined || value <= 0 || (/块$/.test(whole) && value < 10)) return []
    const rough = Boolean(before || more || again || after)
    return [{ start: match.index, end: match.index + whole.length, value, rough }]
  })
}
