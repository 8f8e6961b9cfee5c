import { meetingRoutes as calls } from '../../../contract/http/meetings.ts'
import { type BoundRoute, bind } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { findCommitment, insertCommitment, note, updateCommitment } from '../repository.ts'
import { act, type BookContext, ownersOf, today } from './context.ts'
import { goalWords, taskKey } from './opening.ts'
import { presentCommitments, presentMeeting } from './present.ts'

/** Who, which figure, target and day; every later meeting looks at it again. */
export function commitmentCalls(ctx: BookContext): BoundRoute[] {
  const { records, newId, config } = ctx
  return [
    bind(calls.commit, async ({ params, body, person, now }) => {
      const owner = ownersOf(config).find(({ id }) => id === body.owner)
      if (!owner) throw new Refusal('unprocessable', '责任部门或岗位不在本院名单中')
      const figure = await ctx.figure(body.figure)
      if (!figure) throw new Refusal('unprocessable', '指标目录中没有这项指标')
      if (body.due < today(now)) throw new Refusal('unprocessable', '期限不能早于今天')
      await act(ctx, params.id, 'commit', person, async (turn) => {
        const row = {
          id: newId(),
          meeting_id: params.id,
          owner: owner.id,
          what: body.what,
          figure: figure.name,
          figure_title: figure.title,
          unit: figure.unit,
          comparison: body.comparison,
          target: String(body.target),
          due: body.due,
          baseline: figure.state === 'ok' && figure.value !== null ? String(figure.value) : null,
          state: 'open',
          made_ms: turn.now,
          reason: null,
        }
        await insertCommitment(turn.tx, row)
        await ctx.tasks.open(turn, [taskOf(row, config.site.departments)])
        return `议定：${owner.name} ${body.what}（${goalWords(row)}，${body.due} 前）`
      })
      return presentMeeting(ctx, params.id, true)
    }),
    bind(calls.withdraw, async ({ params, body, person }) => {
      const row = await records.write(async (turn) => {
        const found = await findCommitment(turn.tx, params.id)
        if (!found) throw new Refusal('not-found', '没有这项议定事项')
        if (found.state !== 'open') throw new Refusal('conflict', '这项议定事项已经了结')
        await updateCommitment(turn.tx, found.id, { state: 'withdrawn', reason: body.reason })
        await ctx.tasks.close(turn, [taskKey(found.id)], `议定事项已撤回：${body.reason}`)
        const words = `撤回议定事项「${found.what}」：${body.reason}`
        const line = { id: newId(), at: turn.now, actor: person.post || person.name, words }
        await note(turn.tx, found.meeting_id, line)
        return { ...found, state: 'withdrawn', reason: body.reason }
      })
      const [one] = await presentCommitments(ctx, records.read, [row])
      if (!one) throw new Refusal('not-found')
      return one
    }),
  ]
}

type Row = Parameters<typeof goalWords>[0] & {
  id: string
  what: string
  due: string
  owner: string
  meeting_id: string
}
/** To the department's head; a post's falls to the office that runs the case management. */
function taskOf(row: Row, departments: readonly { id: string }[]) {
  const department = departments.some(({ id }) => id === row.owner) ? row.owner : null
  return {
    key: taskKey(row.id),
    kind: 'meeting' as const,
    title: `议定事项：${row.what}`,
    why: `目标：${goalWords(row)}；下次会议按数据判定`,
    urgency: 'ordinary' as const,
    severity: 'notice' as const,
    due: row.due,
    link: `/meetings/${row.meeting_id}`,
    caseId: null,
    person: null,
    department,
    role: department === null ? 'case-management' : null,
  }
}
