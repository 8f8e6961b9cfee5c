/** Exact months: a fraction of whole numbers, so that no order of factors and no binary rounding changes a sentence. */
export interface Fraction {
  num: bigint
  /** > 0 */
  den: bigint
}

const HUNDRED = 100n

/** @param value at most two decimals */
export const fraction = (value: number): Fraction => ({ num: BigInt(Math.round(value * 100)), den: HUNDRED })
export const add = (a: Fraction, b: Fraction): Fraction => ({ num: a.num * b.den + b.num * a.den, den: a.den * b.den })
export const times = (a: Fraction, b: Fraction): Fraction => ({ num: a.num * b.num, den: a.den * b.den })
export const less = (a: Fraction, b: Fraction): boolean => a.num * b.den < b.num * a.den
/** Percent as a factor: −30 → 0.7. */
export const onePlus = (percent: number): Fraction => ({
  num: HUNDRED * HUNDRED + BigInt(Math.round(percent * 100)),
  den: HUNDRED * HUNDRED,
})
export const percentOf = (a: Fraction, percent: number): Fraction =>
  times(a, { num: BigInt(Math.round(percent * 100)), den: HUNDRED * HUNDRED })

/** Rounded half up (away from zero) to that many decimals. */
export function rounded({ num, den }: Fraction, decimals: 0 | 2): number {
  const scale = decimals === 2 ? HUNDRED : 1n
  const sign = num < 0n ? -1n : 1n
  const scaled = (sign * num * scale * 2n + den) / (den * 2n)
  return Number(sign * scaled) / Number(scale)
}
