/** Check digits and dates inside numbers. They raise confidence; the shape alone is masked all the same. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** GB 11643-1999: ISO 7064 MOD 11-2 over 17 digits. */
export function isValidId(digits: string): boolean {
  if (!/^\d{17}[\dX]$/.test(digits)) return false
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(digits[at]), 0)
  return digits[17] === '10X98765432'[sum % 11]
}

/** ISO/IEC 7812-1, Annex B. */
export function isLuhn(digits: string): boolean {
  if (!/^\d{2,}$/.test(digits)) return false
  let sum = 0
  for (let at = digits.length - 1, twice = false; at >= 0; at--, twice = !twice) {
    const digit = digits.charCodeAt(at) - 48
    sum += twice ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}

const between = (text: string, low: number, high: number): boolean => Number(text) >= low && Number(text) <= high
const monthAndDay = (text: string): boolean => between(text.slice(0, 2), 1, 12) && between(text.slice(2, 4), 1, 31)

/** Digits 7–14 of a number of 18 are a day between 1900 and 2099. */
export const hasBirth18 = (digits: string): boolean =>
  /^[1-9]/.test(digits) && between(digits.slice(6, 10), 1900, 2099) && monthAndDay(digits.slice(10, 14))
/** Digits 7–12 of a number of 15: yymmdd. */
export const hasBirth15 = (digits: string): boolean => /^[1-9]/.test(digits) && monthAndDay(digits.slice(8, 12))
