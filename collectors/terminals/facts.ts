import type { ResultCodes } from './profile.ts'

/** Longest text that is kept of one field. */
const MAX_TEXT = 2000

/** A text that could be kept: bounded; undefined stays undefined. */
export const textOf = (value: string | number | boolean | undefined): string | undefined =>
  value === undefined ? undefined : String(value).slice(0, MAX_TEXT)

/** A number that the vendor may write as text. */
export function numberOf(value: string | number | boolean | undefined): number | undefined {
  const number =
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

/** Leaves out what is not there. */
export function present(data: Record<string, unknown>): Record<string, unknown> {
  const there: Record<string, unknown> = {}
  for (const key of Object.keys(data)) if (data[key] !== undefined) there[key] = data[key]
  return there
}

export interface ResultReading {
  data: { outcome?: string; action?: string; result?: string }
  /** The code is in no table: the event is kept with outcome `unknown`, and the code is reported. */
  unknownCode?: string
}

export function readResult(code: string | number | boolean | undefined, codes: ResultCodes['codes']): ResultReading {
  if (code === undefined) return { data: {} }
  const known = Object.hasOwn(codes, String(code)) ? codes[String(code)] : undefined
  if (known) return { data: { ...known } }
  return { data: { outcome: 'unknown', result: String(code).slice(0, 64) }, unknownCode: String(code).slice(0, 64) }
}
