/** Pure statistics of past draws, said in plain words (draw.md, Fairness). Advice for people, never used in a draw. */

export interface DrawnOnce {
  /** Members in list order with their tickets. */
  pool: readonly { id: string; tickets: number }[]
  winner: string
  /** 1 = Monday … 7. */
  weekday: number
  requestedBy: string
}

export interface ChiSquare {
  statistic: number
  degrees: number
  /** Null when there is too little to say anything. */
  p: number | null
}

/** Upper tail of the chi-square distribution, by the regularised incomplete gamma function (Numerical Recipes 6.2). */
export function chiSquareTail(statistic: number, degrees: number): number {
  if (degrees <= 0 || statistic <= 0) return 1
  const a = degrees / 2
  const x = statistic / 2
  const front = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x)
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < 1000 && term > sum * 1e-15; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1e300
  let d = 1 / b
  let h = d
  for (let i = 1; i < 1000; i++) {
    const an = -i * (i - a)
    b += 2
    d = 1 / (an * d + b || 1e-300)
    c = b + an / c || 1e-300
    const delta = d * c
    h *= delta
    if (Math.abs(delta - 1) < 1e-15) break
  }
  return h
}

/** Lanczos, g = 7. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]
function logGamma(z: number): number {
  const x = z - 1
  const t = x + 7.5
  const sum = LANCZOS.slice(1).reduce((total, c, at) => total + c / (x + at + 1), LANCZOS[0] ?? 1)
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum)
}

/** Groups with an expected count under 5 are pooled, as the test requires. */
export function chiSquare(cells: readonly { observed: number; expected: number }[]): ChiSquare {
  const big = cells.filter(({ expected }) => expected >= 5)
  const small = cells.filter(({ expected }) => expected < 5)
  const rest = small.reduce(
    (sum, { observed, expected }) => ({ observed: sum.observed + observed, expected: sum.expected + expected }),
    { observed: 0, expected: 0 },
  )
  const used = rest.expected >= 5 ? [...big, rest] : big
  const degrees = used.length - 1
  if (degrees < 1) return { statistic: 0, degrees: 0, p: null }
  const statistic = used.reduce((sum, { observed, expected }) => sum + (observed - expected) ** 2 / expected, 0)
  return { statistic, degrees, p: chiSquareTail(statistic, degrees) }
}

/** Σ of own tickets ÷ total against what was received, per key of a member in a draw. */
export function compare(
  draws: readonly DrawnOnce[],
  keyOf: (draw: DrawnOnce, member: { id: string }, position: number) => string,
): Map<string, { observed: number; expected: number }> {
  const cells = new Map<string, { observed: number; expected: number }>()
  for (const draw of draws) {
    const total = draw.pool.reduce((sum, { tickets }) => sum + tickets, 0)
    draw.pool.forEach((member, position) => {
      const key = keyOf(draw, member, position)
      const cell = cells.get(key) ?? { observed: 0, expected: 0 }
      cell.expected += total === 0 ? 0 : member.tickets / total
      if (member.id === draw.winner) cell.observed++
      cells.set(key, cell)
    })
  }
  return cells
}

/**
 * Runs test of Wald and Wolfowitz: did winners from the upper half of the ticket line come in too few or too many runs?
 * Two-sided p; null for fewer than 20 draws or one-sided data.
 */
export function runsTest(draws: readonly DrawnOnce[]): number | null {
  const { signs, ones, zeros, runs, mean } = countRuns(draws)
  if (signs < 20 || ones === 0 || zeros === 0) return null
  const variance = ((mean - 1) * (mean - 2)) / (signs - 1)
  return variance <= 0 ? null : chiSquareTail((runs - mean) ** 2 / variance, 1)
}

/** Runs counted against expected, as one cell of the fairness page. */
export function runsOf(draws: readonly DrawnOnce[]): { label: string; observed: number; expected: number }[] {
  const { signs, runs, mean } = countRuns(draws)
  return signs === 0 ? [] : [{ label: '连续段数', observed: runs, expected: Math.round(mean * 100) / 100 }]
}

function countRuns(draws: readonly DrawnOnce[]) {
  const signs = draws.flatMap((draw) => {
    const total = draw.pool.reduce((sum, { tickets }) => sum + tickets, 0)
    const at = draw.pool.findIndex(({ id }) => id === draw.winner)
    if (at < 0 || total === 0) return []
    const before =
      draw.pool.slice(0, at).reduce((sum, { tickets }) => sum + tickets, 0) + (draw.pool[at]?.tickets ?? 0) / 2
    return [before / total >= 0.5]
  })
  const ones = signs.filter(Boolean).length
  const zeros = signs.length - ones
  const runs = signs.reduce((count, sign, at) => (at === 0 || sign !== signs[at - 1] ? count + 1 : count), 0)
  const mean = signs.length === 0 ? 0 : (2 * ones * zeros) / signs.length + 1
  return { signs: signs.length, ones, zeros, runs, mean }
}

const half = (draw: DrawnOnce, position: number) => (position < draw.pool.length / 2 ? '前' : '后')
/** Weekday and half of the list, `1 前` … `7 后`. */
export const weekdayHalf = (draw: DrawnOnce, _member: { id: string }, position: number): string =>
  `${draw.weekday} ${half(draw, position)}`

/** A p-value as a sentence; the number itself stands beside it. */
export function pWords(draws: number, p: number | null): string {
  if (p === null) return `共 ${draws} 次，数量还不足以判断`
  if (p >= 0.05) return '偏差在正常范围，看不出异常'
  return p >= 0.01
    ? '偏差偏大：每百次正常情况约有一至五次会这样，建议核对名单与负荷'
    : '偏差异常：正常情况下百次难有一次，请复算并核查名单变更'
}

export interface Fairness {
  draws: number
  members: ChiSquare
  positions: ChiSquare
  weekdays: ChiSquare
  requesters: ChiSquare
  runs: number | null
  sentence: string
}

/** Everything that the fairness page shows, with its sentence. */
export function fairness(draws: readonly DrawnOnce[]): Fairness {
  const test = (keyOf: Parameters<typeof compare>[1]) => chiSquare([...compare(draws, keyOf).values()])
  const members = test((_draw, member) => member.id)
  return {
    draws: draws.length,
    members,
    positions: test((_draw, _member, position) => String(position)),
    weekdays: test(weekdayHalf),
    requesters: test((draw, _member, position) => `${draw.requestedBy} ${half(draw, position)}`),
    runs: runsTest(draws),
    sentence: fairnessSentence(draws.length, members.p),
  }
}

export function fairnessSentence(draws: number, p: number | null): string {
  if (p === null) return `共 ${draws} 次，数量不足，暂不作统计判断`
  const rounded = p < 0.01 ? '<0.01' : `=${p.toFixed(2)}`
  if (p >= 0.05) return `最近 ${draws} 次：偏差在正常范围，p${rounded}`
  return p >= 0.01
    ? `最近 ${draws} 次：偏差偏大，建议核对名单与负荷，p${rounded}`
    : `最近 ${draws} 次：偏差异常，请复算并核查名单变更，p${rounded}`
}
