import {
  Commitment,
  type Meeting,
  type MeetingRow,
  MeetingState,
  type SavedView,
  type Verdict,
  VerdictWord,
} from '../../../contract/http/meetings.ts'
import type { Reader } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import {
  carriedTo,
  commitmentsOf,
  eventsOf,
  findMeeting,
  itemsOf,
  type StoredCommitment,
  type StoredMeeting,
  type StoredVerdict,
  type StoredView,
  titlesOf,
  verdictsOf,
} from '../repository.ts'
import { type BookContext, ownersOf } from './context.ts'

/** What leaves, each field named. */
export const presentRow = (row: StoredMeeting, items: number, commitments: number): MeetingRow => ({
  id: row.id,
  title: row.title,
  day: row.day,
  place: row.place,
  state: MeetingState.parse(row.state),
  at: row.instant_ms === null ? null : Number(row.instant_ms),
  items,
  commitments,
})

export async function presentMeeting(ctx: BookContext, id: string, mayWrite: boolean): Promise<Meeting> {
  const { read } = ctx.records
  const row = await findMeeting(read, id)
  if (!row) throw new Refusal('not-found', '没有这次会议')
  const [items, own, carried, events] = await Promise.all([
    itemsOf(read, id),
    commitmentsOf(read, id),
    // A meeting that is over shows what it took up, not what has come since.
    carriedTo(read, id, row.state !== 'closed'),
    eventsOf(read, id),
  ])
  const { items: _items, commitments: _commitments, ...rest } = presentRow(row, 0, 0)
  return {
    ...rest,
    items: items.map((item) => ({
      id: item.id,
      title: item.title,
      view: item.view_path,
      notes: item.notes,
      minutes: item.minutes,
    })),
    commitments: await presentCommitments(ctx, read, own),
    carried: await presentCommitments(ctx, read, carried),
    history: events.map(({ at_ms, actor, words }) => ({ at: Number(at_ms), by: actor, text: words })),
    mayWrite: mayWrite && row.state !== 'closed',
  }
}

export async function presentCommitments(
  ctx: BookContext,
  read: Reader,
  rows: readonly StoredCommitment[],
): Promise<Commitment[]> {
  const [verdicts, titles] = await Promise.all([
    verdictsOf(
      read,
      rows.map(({ id }) => id),
    ),
    titlesOf(
      read,
      rows.map(({ meeting_id }) => meeting_id),
    ),
  ])
  const owners = new Map(ownersOf(ctx.config).map(({ id, name }) => [id, name]))
  return rows.map((row) => ({
    id: row.id,
    meetingId: row.meeting_id,
    meetingTitle: titles.get(row.meeting_id) ?? '',
    owner: row.owner,
    ownerName: owners.get(row.owner) ?? row.owner,
    what: row.what,
    figure: row.figure,
    figureTitle: row.figure_title,
    unit: row.unit,
    comparison: Commitment.shape.comparison.parse(row.comparison),
    target: Number(row.target),
    due: row.due,
    baseline: row.baseline === null ? null : Number(row.baseline),
    state: Commitment.shape.state.parse(row.state),
    verdicts: verdicts.filter(({ commitment_id }) => commitment_id === row.id).map(presentVerdict),
    madeAt: Number(row.made_ms),
    reason: row.reason,
  }))
}

const presentVerdict = (row: StoredVerdict): Verdict => ({
  at: Number(row.at_ms),
  meetingId: row.meeting_id,
  result: VerdictWord.parse(row.result),
  value: row.value === null ? null : Number(row.value),
})

export const presentView = ({ id, title, path, actor, at_ms }: StoredView): SavedView => ({
  id,
  title,
  path,
  by: actor,
  at: Number(at_ms),
})
