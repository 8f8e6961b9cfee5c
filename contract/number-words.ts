/** How a figure is written, on the wall and in everything printed from it (visual.md section 7). */
const THIN = '\u2009'

/** Unknown is never 0. */
export const NONE = '–'

/** 1024 → «1 024» with thin spaces. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE
  const [whole = '0', part] = String(Math.abs(value)).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, THIN)
  return `${value < 0 ? '−' : ''}${grouped}${part === undefined ? '' : `.${part}`}`
}

/** A rate with one decimal: 92.7; without its unit. */
export function rate(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? NONE : value.toFixed(1)
}
