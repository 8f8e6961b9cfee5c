import { officeDate } from '../../config/zone.ts'
import type { TaskSpec, Tick, Turn } from '../feature.ts'
import type { Context } from './context.ts'
import { openOnes } from './repository.ts'
import { OVER } from './rules.ts'
import type { Mediation } from './types.ts'

/** What the desk is asked to do after an agreement, and before a limit ends. */
const PATHS: Readonly<Record<string, string>> = {
  'judicial-confirmation': '提醒各方共同申请司法确认',
  'criminal-settlement': '办理刑事和解协议书的审查',
}
const task = (one: Mediation, key: string, title: string, why: string, due: string): TaskSpec => ({
  key: `mediation:${one.id}:${key}`,
  kind: 'mediation',
  title,
  why,
  ...{ urgency: 'ordinary', severity: 'info', due, link: `/mediations/${one.id}` },
  ...{ caseId: null, person: one.host, department: null, role: null },
})

export async function openFollowUps({ tasks }: Context, turn: Turn, one: Mediation): Promise<void> {
  const { confirmation } = one
  const confirm = confirmation
    ? [task(one, 'confirm', PATHS[confirmation.path] ?? '', `${one.title}：协议生效之日起三十日内`, confirmation.due)]
    : []
  const duties = one.performance.map((duty) => task(one, `duty:${duty.id}`, '调解协议履行回访', duty.text, duty.due))
  await tasks.open(turn, [...confirm, ...duties])
}
export const closeTasks = ({ tasks }: Context, turn: Turn, one: Mediation, keys: readonly string[], why: string) =>
  tasks.close(
    turn,
    keys.flatMap((key) => [`mediation:${one.id}:${key}`, `mediation:${one.id}:${key}:soon`]),
    why,
  )

const SOON = { severity: 'warning' } as const
/** Limits that end within the days of mediations.yaml: a task of its own, more urgent than the first. */
export function soonTasks(one: Mediation, today: string, days: number): TaskSpec[] {
  const near = (due: string) =>
    Temporal.PlainDate.from(today).until(Temporal.PlainDate.from(due), { largestUnit: 'days' }).days <= days
  const { confirmation, due, stage } = one
  if (stage !== 'agreed')
    return due && near(due)
      ? [{ ...task(one, 'term:soon', '调解期限将满', `${one.title}：达成协议、延长或结束`, due), ...SOON }]
      : []
  const confirm =
    confirmation?.state === 'open' && near(confirmation.due)
      ? [{ ...task(one, 'confirm:soon', '司法确认期限将满', one.title, confirmation.due), ...SOON }]
      : []
  return [
    ...confirm,
    ...one.performance
      .filter((duty) => duty.state === 'open' && near(duty.due))
      .map((duty) => ({ ...task(one, `duty:${duty.id}:soon`, '履行期将满，请回访', duty.text, duty.due), ...SOON })),
  ]
}
export const mediationsTick = (ctx: Context): Tick => ({
  name: 'mediations-due',
  everyMs: 300_000,
  async run(turn) {
    const open = await openOnes(turn.tx, OVER)
    const today = officeDate(turn.now)
    const due = open.flatMap((one) => soonTasks(one, today, ctx.config.mediations.remindDays))
    if (due.length > 0) await ctx.tasks.open(turn, due)
  },
})
