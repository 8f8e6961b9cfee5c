import { loadConfig } from '../../config/load.ts'
import { workCalendar } from '../../config/workdays.ts'
import { computeDeadline, type DeadlineInput } from '../../server/deadlines/rules.ts'
import { type Benchmark, median, row } from './row.ts'

const CASES = 100_000
const ROUNDS = 3

/** Open cases as an office has them: starts over a year, a third in custody, some extended, some returned. */
function cases(): DeadlineInput[] {
  const rules = [
    'arrest-review.custody',
    'arrest-review.bail',
    'prosecution-review.ordinary',
    'civil-supervision',
    'custody-necessity',
  ]
  const first = Temporal.PlainDate.from('2026-01-05')
  return Array.from({ length: CASES }, (_, n): DeadlineInput => {
    const start = first.add({ days: n % 330 })
    const rule = rules[n % rules.length] ?? 'supplement'
    const on = (days: number) => start.add({ days }).toString()
    const events: DeadlineInput['events'] =
      rule !== 'prosecution-review.ordinary'
        ? []
        : n % 11 === 0
          ? [
              { type: 'return', on: on(20) },
              { type: 'resubmit', on: on(45) },
            ]
          : n % 8 === 0
            ? [{ type: 'extend', on: on(25) }]
            : []
    return { rule, start: start.toString(), custody: n % 3 === 0, events }
  })
}

async function run() {
  const config = loadConfig('config')
  const book = { rules: config.deadlines, calendar: workCalendar(config.calendar) }
  const inputs = cases()
  const ours: number[] = []
  const bare: number[] = []
  let due = 0
  for (let round = 0; round < ROUNDS; round++) {
    let before = performance.now()
    for (const { start } of inputs) if (Temporal.PlainDate.from(start).add({ days: 15 }).dayOfWeek > 5) due++
    bare.push((performance.now() - before) / 1000)
    before = performance.now()
    for (const input of inputs) if (computeDeadline(book, input).due) due++
    ours.push((performance.now() - before) / 1000)
  }
  const details = { cases: CASES, baseline: 'one date, 15 days added, its weekday asked', counted: due }
  return [
    row({
      case: '100,000 open cases recomputed, with ledger',
      unit: 's',
      product: median(ours),
      baseline: null,
      target: '<= 3',
      details,
    }),
    row({
      case: 'cost beside bare date arithmetic',
      unit: 's',
      product: median(ours),
      baseline: median(bare),
      target: '<= 100',
      details,
    }),
  ]
}

export const benchmark: Benchmark = { name: 'deadlines', run }
