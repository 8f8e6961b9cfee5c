import { Brief } from '../../../contract/brief/brief.ts'
import {
  COMMITMENT_STATES,
  COMPARISONS,
  type Commitment,
  type Meeting,
  meetingRoutes,
  VERDICTS,
} from '../../../contract/http/meetings.ts'
import { count } from '../../../contract/number-words.ts'
import { type BoundRoute, bind } from '../../feature.ts'
import { markOf } from '../../mark.ts'
import { Refusal } from '../../refusal.ts'
import { type BriefDeps, briefFile } from '../brief/routes.ts'
import type { Appendix } from '../brief/tables.ts'
import { keptBrief } from '../repository.ts'
import type { BookContext } from './context.ts'
import { presentMeeting } from './present.ts'

/** The brief of a meeting: figures of its instant, minutes, commitments. */
export const meetingFile = (ctx: BookContext, brief: BriefDeps): BoundRoute =>
  bind(meetingRoutes.file, async ({ params, query, person, now }) => {
    const meeting = await presentMeeting(ctx, params.id, false)
    if (meeting.at === null) throw new Refusal('conflict', '会议尚未开始，没有时点；可先在大屏上定格后导出简报')
    const kept = await keptBrief(ctx.records.read, meeting.id)
    const shown = kept ? Brief.parse(JSON.parse(kept)) : await ctx.briefOf(meeting.at)
    const mark = markOf(person, now)
    return briefFile(brief, shown, query.format, mark, appendices(meeting), meeting.title)
  })

function appendices(meeting: Meeting): Appendix[] {
  return [
    {
      title: '议程与记录',
      head: ['议程', '记录'],
      rows: meeting.items.map(({ title, minutes }, n) => [`${n + 1}. ${title}`, minutes || '–']),
      nothing: '没有议程',
    },
    {
      title: '本次议定事项',
      head: ['责任', '事项', '目标', '期限', '状态'],
      rows: meeting.commitments.map((one) => [...goal(one), COMMITMENT_STATES[one.state]]),
      nothing: '本次没有议定事项',
    },
    {
      title: '此前议定事项的判定',
      head: ['责任', '事项', '目标', '期限', '判定'],
      rows: meeting.carried.map((one) => [...goal(one), verdictWords(one, meeting.id)]),
      nothing: '没有此前待落实的事项',
    },
  ]
}

const goal = (one: Commitment): string[] => [
  one.ownerName,
  one.what,
  `${one.figureTitle} ${COMPARISONS[one.comparison]} ${count(one.target)}${one.unit}`,
  one.due,
]

function verdictWords(one: Commitment, meeting: string): string {
  const here = one.verdicts.findLast(({ meetingId }) => meetingId === meeting)
  if (!here) return COMMITMENT_STATES[one.state]
  return here.value === null ? VERDICTS[here.result] : `${VERDICTS[here.result]}（${count(here.value)}${one.unit}）`
}
