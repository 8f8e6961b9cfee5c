import { meetingRoutes as calls } from '../../../contract/http/meetings.ts'
import { type BoundRoute, bind } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import {
  type After,
  countOf,
  deleteItem,
  deleteView,
  insertItem,
  insertMeeting,
  insertView,
  itemsOf,
  keepBrief,
  listCommitments,
  listMeetings,
  listViews,
  note,
  updateItem,
  updateMeeting,
} from '../repository.ts'
import { moved } from '../rules.ts'
import { commitmentCalls } from './commitments.ts'
import { act, type BookContext, ownersOf } from './context.ts'
import { measure, takeUp } from './opening.ts'
import { presentCommitments, presentMeeting, presentRow, presentView } from './present.ts'

/** `key~id`; a title may hold a tilde, an id does not. */
function afterOf(cursor: string | undefined): After | null {
  if (!cursor) return null
  const cut = cursor.lastIndexOf('~')
  return { key: cursor.slice(0, Math.max(0, cut)), id: cursor.slice(cut + 1) }
}
const cursorOf = <Row extends { id: string }>(rows: readonly Row[], limit: number, key: (row: Row) => string) => {
  const last = rows.length === limit ? rows.at(-1) : undefined
  return last ? `${key(last)}~${last.id}` : null
}

/** Meetings, their agenda and minutes, saved views. */
export function bookCalls(ctx: BookContext): BoundRoute[] {
  const { records, newId } = ctx
  const writes = (permissions: ReadonlySet<string>) => permissions.has('meetings.write')
  return [
    bind(calls.list, async ({ query: { state, limit, cursor } }) => {
      const rows = await listMeetings(records.read, { state, limit, after: afterOf(cursor) })
      const ids = rows.map(({ id }) => id)
      const [items, commitments] = await Promise.all([
        countOf(records.read, 'meeting_item', ids),
        countOf(records.read, 'meeting_commitment', ids),
      ])
      return {
        items: rows.map((row) => presentRow(row, items.get(row.id) ?? 0, commitments.get(row.id) ?? 0)),
        cursor: cursorOf(rows, limit, ({ day }) => day),
        owners: ownersOf(ctx.config),
      }
    }),
    bind(calls.one, ({ params, person }) => presentMeeting(ctx, params.id, writes(person.permissions))),
    bind(calls.create, async ({ body, person }) => {
      const id = newId()
      await records.write(async (turn) => {
        const { title, day, place } = body
        const row = { id, title, day, place, state: 'planned', instant_ms: null, created_ms: turn.now, closed_ms: null }
        const items = body.items.map((item, position) => ({
          ...{ id: newId(), meeting_id: id, position, title: item.title },
          ...{ view_path: item.view, notes: item.notes, minutes: '' },
        }))
        await insertMeeting(turn.tx, row, items)
        const words = `筹备会议「${title}」`
        await note(turn.tx, id, { id: newId(), at: turn.now, actor: person.post || person.name, words })
      })
      return presentMeeting(ctx, id, true)
    }),
    bind(calls.addItem, async ({ params, body, person }) => {
      await act(ctx, params.id, 'edit', person, async ({ tx }) => {
        const position = (await itemsOf(tx, params.id)).length
        if (position >= 50) throw new Refusal('unprocessable', '一次会议最多 50 项议程')
        const { title, view, notes } = body
        await insertItem(tx, {
          ...{ id: newId(), meeting_id: params.id, position, title },
          ...{ view_path: view, notes, minutes: '' },
        })
        return `加入议程「${title}」`
      })
      return presentMeeting(ctx, params.id, true)
    }),
    bind(calls.changeItem, async ({ params, body, person }) => {
      await act(ctx, params.id, 'edit', person, async ({ tx }) => {
        const items = await itemsOf(tx, params.id)
        const item = items.find(({ id }) => id === params.item)
        if (!item) throw new Refusal('not-found', '没有这项议程')
        const { title, view, notes, minutes, position } = body
        await updateItem(tx, item.id, {
          title: title ?? item.title,
          view_path: view === undefined ? item.view_path : view,
          notes: notes ?? item.notes,
          minutes: minutes ?? item.minutes,
        })
        if (position !== undefined) {
          const order = moved(
            items.map(({ id }) => id),
            item.id,
            position,
          )
          for (const [at, id] of order.entries()) await updateItem(tx, id, { position: at })
        }
        // Minutes are saved as they are typed; what counts is that they changed, and where.
        if (minutes !== undefined && minutes !== item.minutes) return `记录「${item.title}」：${minutes}`
        return title !== undefined || view !== undefined || position !== undefined ? `修改议程「${item.title}」` : null
      })
      return presentMeeting(ctx, params.id, true)
    }),
    bind(calls.dropItem, async ({ params, person }) => {
      await act(ctx, params.id, 'drop', person, async ({ tx }) => {
        const item = (await itemsOf(tx, params.id)).find(({ id }) => id === params.item)
        if (!item) throw new Refusal('not-found', '没有这项议程')
        await deleteItem(tx, item.id)
        return `删去议程「${item.title}」`
      })
      return presentMeeting(ctx, params.id, true)
    }),
    bind(calls.open, async ({ params, person }) => {
      await ctx.sample()
      const open = await listCommitments(records.read, { state: 'open', after: null, limit: 1000 })
      const measured = await measure(
        ctx,
        open.map(({ figure }) => figure),
      )
      await act(ctx, params.id, 'open', person, async (turn) => {
        await updateMeeting(turn.tx, params.id, { state: 'held', instant_ms: turn.now })
        return takeUp(ctx, turn, params.id, measured)
      })
      const meeting = await presentMeeting(ctx, params.id, true)
      if (meeting.at !== null) {
        const body = JSON.stringify(await ctx.briefOf(meeting.at))
        await records.write(({ tx }) => keepBrief(tx, params.id, body))
      }
      return meeting
    }),
    bind(calls.close, async ({ params, person }) => {
      await act(ctx, params.id, 'close', person, async (turn) => {
        await updateMeeting(turn.tx, params.id, { state: 'closed', closed_ms: turn.now })
        return '散会'
      })
      return presentMeeting(ctx, params.id, true)
    }),
    ...commitmentCalls(ctx),
    bind(calls.commitments, async ({ query: { state, limit, cursor } }) => {
      const rows = await listCommitments(records.read, { state, limit, after: afterOf(cursor) })
      return {
        items: await presentCommitments(ctx, records.read, rows),
        cursor: cursorOf(rows, limit, ({ due }) => due),
      }
    }),
    bind(calls.views, async ({ query: { limit, cursor } }) => {
      const rows = await listViews(records.read, { limit, after: afterOf(cursor) })
      return { items: rows.map(presentView), cursor: cursorOf(rows, limit, ({ title }) => title) }
    }),
    bind(calls.saveView, async ({ body, person }) =>
      records.write(async ({ tx, now }) => {
        const view = { id: newId(), ...body, actor: person.post || person.name, at_ms: now }
        await insertView(tx, view)
        return presentView(view)
      }),
    ),
    bind(calls.dropView, async ({ params }) => {
      if (!(await records.write(({ tx }) => deleteView(tx, params.id)))) throw new Refusal('not-found', '没有这个视图')
      return undefined
    }),
  ]
}
