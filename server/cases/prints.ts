import { createHash } from 'node:crypto'
import type { ClockDeps } from './clock-deps.ts'

export interface Prints {
  rules: string
  calendar: string
  /** Both in one. */
  both: string
}
const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 31)
/** Changed when results of the same rules are stored in another way, so that all of them are made anew. */
const RECKONING = 'band-of-rule'
const YEARS = { from: 2000, to: 2060 }

/** Fingerprints of what a result depends on besides its case. */
export function printsOf({ config, calendar }: Pick<ClockDeps, 'config' | 'calendar'>): Prints {
  const rules = sha(JSON.stringify([RECKONING, config.deadlines, config.clocks, config.flow.bands]))
  const years: string[] = []
  for (let year = YEARS.from; year <= YEARS.to; year++) {
    if (!calendar.covers(year)) continue
    const first = Temporal.PlainDate.from({ year, month: 1, day: 1 })
    const days = Array.from({ length: first.daysInYear }, (_, n) =>
      calendar.isWorkday(first.add({ days: n })) ? 1 : 0,
    )
    years.push(`${year}${days.join('')}`)
  }
  const print = sha(years.join())
  return { rules, calendar: print, both: `${rules}.${print}` }
}
