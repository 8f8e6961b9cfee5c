/** The picture of a fairness test, pure: pixels from the top of a picture of `width` × `height`. */
export interface ChanceBar {
  position: number
  x: number
  pitch: number
  gap: number
  /** Top of the observed bar. */
  y: number
  /** The expected count, and the range that chance alone explains. */
  expected: number
  high: number
  low: number
  labelled: boolean
}

/** Two standard deviations of a count that is expected to be `n` (Poisson): 19 of 20 counts lie within. */
const around = (n: number): number => 2 * Math.sqrt(n)

export function chanceBars(
  positions: readonly { position: number; observed: number; expected: number }[],
  width: number,
  height: number,
): ChanceBar[] {
  const most = Math.max(1, ...positions.map((one) => Math.max(one.observed, one.expected + around(one.expected))))
  const y = (value: number) => height - (height - 4) * (Math.max(0, value) / most)
  const pitch = width / Math.max(1, positions.length)
  const every = Math.max(1, Math.ceil(28 / pitch))
  return positions.map((one, n) => ({
    position: one.position,
    x: n * pitch,
    pitch,
    gap: Math.min(pitch * 0.2, 12),
    y: y(one.observed),
    expected: y(one.expected),
    high: y(one.expected + around(one.expected)),
    low: y(one.expected - around(one.expected)),
    labelled: n % every === 0,
  }))
}
