import { officeTime } from '../../config/zone.ts'
import type { Tick, Turn } from '../feature.ts'
import type { AssignmentDeps } from './context.ts'
import { shareSince } from './repository.ts'

/** 随机为主、指定为辅: more designated cases than the rules allow is an alert (domain.md B.2). */

/** Below it one case moves the share by percents. */
const LEAST = 20
const CAUSE = 'draw.designated-share'

/** Percent with one decimal; null while there are too few cases to say anything. */
export function designatedPercent(drawn: number, designated: number): number | null {
  const total = drawn + designated
  return total < LEAST ? null : Math.round((1000 * designated) / total) / 10
}

/** Told once when the share passes the limit, not at every look: what merges would count up without news. */
export function shareTick(deps: AssignmentDeps): Tick {
  let told = false
  return {
    name: CAUSE,
    everyMs: 600_000,
    async run(turn) {
      const over = await overLimit(deps, turn)
      if (!over) await deps.alerts.clear(turn, CAUSE, turn.now)
      else if (!told) await tell(deps, turn, over)
      told = over !== undefined
    },
  }
}

type Over = { percent: number; limit: number; designated: number; total: number }

async function overLimit(deps: AssignmentDeps, turn: Turn): Promise<Over | undefined> {
  const year = officeTime(turn.now).with({ month: 1, day: 1 }).startOfDay().epochMilliseconds
  const share = await shareSince(turn.tx, year)
  const designated = share.designated.reduce((sum, { count }) => sum + count, 0)
  const percent = designatedPercent(share.drawn, designated)
  const limit = deps.config.assignment.designatedLimit
  if (percent === null || percent <= limit) return undefined
  return { percent, limit, designated, total: share.drawn + designated }
}

const tell = (deps: AssignmentDeps, turn: Turn, values: Over): Promise<void> =>
  deps.alerts.raise(turn, {
    cause: CAUSE,
    rule: CAUSE,
    domain: 'case',
    object: null,
    at: turn.now,
    evidence: [],
    clearable: true,
    values,
  })
