/** One line of a benchmark: product and bare baseline, measured in the same run on the same machine. */
export interface Row {
  case: string
  unit: string
  product: number
  /** Null where only a limit counts. */
  baseline: number | null
  /** What the ratio (or, without baseline, the product) has to reach, with `>=` or `<=`; none = only told. */
  target?: string
  ok: boolean
  details?: Readonly<Record<string, number | string>>
}

export interface Benchmark {
  name: string
  run(): Promise<Row[]>
}

/** `at` is compared with the target; with a baseline that is product ÷ baseline. */
export function row(part: Omit<Row, 'ok'>): Row {
  const [, sign, limit] = /^(>=|<=) ([\d.]+)/.exec(part.target ?? '') ?? []
  const at = part.baseline === null ? part.product : part.product / part.baseline
  return { ...part, ok: sign === undefined || (sign === '<=' ? at <= Number(limit) : at >= Number(limit)) }
}

/** The middle one; benchmarks alternate product and baseline and take the median of each. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
