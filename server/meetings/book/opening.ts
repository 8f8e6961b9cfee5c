import type { Figure } from '../../../contract/figures.ts'
import { COMPARISONS, type Comparison, VERDICTS } from '../../../contract/http/meetings.ts'
import type { Turn } from '../../feature.ts'
import { insertVerdicts, openCommitments, type StoredCommitment, updateCommitment } from '../repository.ts'
import { isSettled, judge, type Measured } from '../rules.ts'
import { type BookContext, today } from './context.ts'

/** Figures of all that is open, read before the transaction: they are reckoned from the records themselves. */
export async function measure(ctx: BookContext, names: Iterable<string>): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>()
  for (const name of new Set(names)) {
    // A figure that cannot be reckoned decides nothing; the meeting goes on.
    const figure: Figure | undefined = await ctx.figure(name).catch(() => undefined)
    if (figure) measured.set(name, { value: figure.value, state: figure.state })
  }
  return measured
}

/** Every open commitment of the other meetings gets its verdict; `met` closes it. @returns a line for the history */
export async function takeUp(
  ctx: BookContext,
  turn: Turn,
  meeting: string,
  measured: ReadonlyMap<string, Measured>,
): Promise<string> {
  const open = await openCommitments(turn.tx, meeting)
  const day = today(turn.now)
  const judged = open.map((row) => ({ row, ...judge(asked(row), measured.get(row.figure), day) }))
  await insertVerdicts(
    turn.tx,
    judged.map(({ row, result, value }) => ({
      id: ctx.newId(),
      commitment_id: row.id,
      meeting_id: meeting,
      at_ms: turn.now,
      result,
      value: value === null ? null : String(value),
    })),
  )
  const settled = judged.filter(({ result }) => isSettled(result)).map(({ row }) => row)
  for (const { id } of settled) await updateCommitment(turn.tx, id, { state: 'met' })
  await ctx.tasks.close(
    turn,
    settled.map(({ id }) => taskKey(id)),
    '数据显示已达成',
  )
  const counts = new Map<string, number>()
  for (const { result } of judged) counts.set(VERDICTS[result], (counts.get(VERDICTS[result]) ?? 0) + 1)
  const words = [...counts].map(([word, n]) => `${word} ${n}`).join('，')
  return `开会；待落实事项 ${open.length} 项${words ? `：${words}` : ''}`
}

const asked = ({ comparison, target, due }: StoredCommitment) => ({
  comparison: comparison as Comparison,
  target: Number(target),
  due,
})

export const taskKey = (commitment: string): string => `meeting.commitment:${commitment}`
/** 在线率 不低于 95% */
export const goalWords = (row: Pick<StoredCommitment, 'figure_title' | 'comparison' | 'target' | 'unit'>): string =>
  `${row.figure_title} ${COMPARISONS[row.comparison as Comparison]} ${row.target}${row.unit}`
