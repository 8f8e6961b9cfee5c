import { officeTime } from '../../config/zone.ts'
import type { Tick, Turn } from '../feature.ts'
import type { ClockDeps } from './clock-deps.ts'
import { clocksToClimb, staleCases } from './clock-store.ts'
import type { ClockRow } from './clock-tables.ts'
import { reckonCases } from './clock-work.ts'
import { climb, lookAgain } from './ladder-work.ts'
import type { Prints } from './prints.ts'
import { saveCases } from './repository.ts'
import type { CaseRecord } from './rules.ts'

/** So many at a time, so that an alarm of a door never waits long behind the ladder. */
const BATCH = 1000
const STALE_BATCH = 500

/**
 * Deadlines pass by time alone. What was reckoned by other rules or another calendar is reckoned anew first; then each
 * clock whose next rung is reached climbs. Alert, task and the claim of the rung are one transaction: told once or not.
 */
export function ladderTick(deps: ClockDeps & { panels: readonly string[]; prints(): Prints }): Tick {
  let settled = false
  /** The last day on which all standing rungs were looked at; a clock set back makes them be looked at again. */
  let lookedAt: string | null = null
  const run = async (turn: Turn): Promise<void> => {
    const prints = deps.prints()
    const more = () => turn.afterCommit(() => deps.records.write(run))
    if (!settled) {
      const stale = await staleCases(turn.tx, prints.both, STALE_BATCH)
      if (stale.length > 0) {
        await reckonAnew(deps, turn, stale, prints)
        turn.touch(...deps.panels)
        more()
        return
      }
      turn.afterCommit(() => {
        settled = true
      })
    }
    const day = officeTime(turn.now).toPlainDate()
    const today = day.toString()
    if (lookedAt === null || today < lookedAt) await lookAgain(deps, turn, day)
    const due = await clocksToClimb(turn.tx, today, BATCH)
    if (due.length > 0) {
      await climb(deps, turn, due, day)
      turn.touch(...deps.panels)
    }
    turn.afterCommit(() => {
      lookedAt = today
    })
    if (due.length === BATCH) more()
  }
  return { name: 'case-ladder', everyMs: 1000, run }
}

async function reckonAnew(deps: ClockDeps, turn: Turn, stale: CaseRecord[], prints: Prints): Promise<void> {
  const because = (rows: readonly ClockRow[]) => {
    const [row] = rows
    if (!row) return 'first' as const
    if (row.rules_print !== prints.rules) return 'rules' as const
    return row.calendar_print !== prints.calendar ? ('calendar' as const) : ('event' as const)
  }
  const cases = stale.map((record) => ({ record, before: record }))
  await saveCases(turn.tx, await reckonCases(deps, turn, cases, because, prints), prints.both)
}
