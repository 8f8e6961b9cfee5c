import { officeTime } from '../../config/zone.ts'
import type { Reader, TaskSpec, Tick, Tx } from '../feature.ts'
import type { DrillDeps } from './index.ts'
import { isDue, monthOf } from './rules.ts'

const EVERY_MS = 60_000
const keyOf = (now: number): string => `drill:${monthOf(now)}`

/** Once a month a drill is asked for; the task goes when one has come through. */
export function reminderTick(
  { config, tasks }: Pick<DrillDeps, 'config' | 'tasks'>,
  lastDone: (db: Reader | Tx) => Promise<number | null>,
): Tick {
  const { drill } = config.duty
  let told = ''
  return {
    name: 'drill-reminder',
    everyMs: EVERY_MS,
    async run(turn) {
      const key = keyOf(turn.now)
      const last = await lastDone(turn.tx)
      const due = isDue(turn.now, last, drill.remindFromDay)
      if (!due && last !== null && monthOf(last) === monthOf(turn.now))
        await tasks.close(turn, [key], '本月已完成告警演练')
      if (!due || told === key) return
      await tasks.open(turn, [taskOf(key, turn.now, last, drill.role)])
      turn.afterCommit(() => {
        told = key
      })
    },
  }
}

function taskOf(key: string, now: number, last: number | null, role: string): TaskSpec {
  const today = officeTime(now).toPlainDate()
  const lastDay = today.with({ day: today.daysInMonth }).toString()
  const since = last === null ? '还没有演练过' : `上一次是 ${officeTime(last).toPlainDate()}`
  return {
    key,
    kind: 'duty',
    title: '本月尚未进行告警演练',
    why: `每月至少一次，证明告警能到每块大屏；${since}`,
    urgency: 'ordinary',
    severity: 'notice',
    due: lastDay,
    link: '/drills',
    caseId: null,
    person: null,
    department: null,
    role,
  }
}
