import { officeDate } from '../../config/zone.ts'
import type { TaskSpec, Tick } from '../feature.ts'
import { minuteText } from './document.ts'
import type { HandoverDeps } from './index.ts'
import { beginWatch, standingAt, watchedSince } from './repository.ts'
import { type Change, lastChange, overdue } from './rules.ts'

const EVERY_MS = 30_000
const keyOf = (change: Change): string => `handover:${change.at}`

/** A change of shift that nobody has signed becomes a task; it goes with the signature, or with the next change. */
export function overdueTick({ config, tasks }: Pick<HandoverDeps, 'config' | 'tasks'>): Tick {
  const { graceMin, role } = config.duty.handover
  let asked: string | null = null
  return {
    name: 'handover-overdue',
    everyMs: EVERY_MS,
    async run(turn) {
      const change = lastChange(config.site.shifts, turn.now)
      if (!change) return
      const since = await watchedSince(turn.tx)
      if (since === undefined) return void (await beginWatch(turn.tx, turn.now))
      const signed = (await standingAt(turn.tx, change.at))?.state === 'taken'
      const key = keyOf(change)
      const state = overdue(change, signed, { now: turn.now, since, graceMs: graceMin * 60_000 })
      if (asked !== null && asked !== key) await tasks.close(turn, [asked], '已到下一次交接班，逾期情况见交接班记录')
      else if (signed) await tasks.close(turn, [key], '交接班已由双方签字')
      if (state === 'overdue') await tasks.open(turn, [taskOf(key, change, role)])
      turn.afterCommit(() => {
        asked = state === 'overdue' ? key : null
      })
    },
  }
}

const taskOf = (key: string, change: Change, role: string): TaskSpec => ({
  key,
  kind: 'duty',
  title: `${change.from}→${change.to} 交接班尚未签字`,
  why: `${minuteText(change.at)} 换班，已超过时限；由交班人、接班人两人先后签字`,
  urgency: 'ordinary',
  severity: 'notice',
  due: officeDate(change.at),
  link: '/handover',
  caseId: null,
  person: null,
  department: null,
  role,
})
