import { officeDate } from '../../config/zone.ts'
import { APPOINTMENT_KIND_NAMES, windowRoutes } from '../../contract/http/window.ts'
import { type BoundRoute, bind, type Principal, type Turn } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { RateLimiter } from '../people/rate.ts'
import { Refusal } from '../refusal.ts'
import type { FiledMatter, WindowDeps } from './context.ts'
import { filesOf } from './files.ts'
import { appointmentTask, filingTask } from './handing-in.ts'
import { noticeText } from './notice.ts'
import { appointmentDetail, appointmentItem, filingDetail, filingItems } from './present.ts'
import {
  type AppointmentRow,
  addNote,
  appointmentKind,
  type FilingRow,
  filingKind,
  findAppointment,
  findFiling,
  listAppointments,
  listFilings,
  moveAppointment,
  moveFiling,
} from './repository.ts'
import type { Vault } from './vault.ts'

const OCTETS = 'application/octet-stream'
const cursorOf = (offset: number, found: number, limit: number): string | null =>
  found === limit ? String(offset + found) : null

/** The window's desk: what came in, what is answered. */
export function deskRoutes(deps: WindowDeps, vault: Vault): BoundRoute[] {
  const { records, config } = deps
  const { perHour, burst } = config.window.unmask
  const unmasking = new RateLimiter({ rate: perHour / 3600, burst })
  const filing = async (id: string): Promise<FilingRow> => {
    const row = await findFiling(records.read, id)
    if (!row) throw new Refusal('not-found', '没有这件来件')
    return row
  }
  const appointment = async (id: string): Promise<AppointmentRow> => {
    const row = await findAppointment(records.read, id)
    if (!row) throw new Refusal('not-found', '没有这件预约')
    return row
  }
  const note = (turn: Turn, owner: string, who: Principal, what: string, text: string, told: boolean) =>
    addNote(turn.tx, { id: deps.newId(), owner, at_ms: turn.now, by: who.name, what, text, told: told ? 1 : 0 })

  return [
    bind(windowRoutes.filings, async ({ query, now }) => {
      const offset = offsetOf(query.cursor)
      const { state, kind, limit, overdue } = query
      const dueBefore = overdue ? officeDate(now) : undefined
      const rows = await listFilings(records.read, { state, kind, dueBefore, offset, limit })
      return { items: await filingItems(deps, rows, now), cursor: cursorOf(offset, rows.length, limit) }
    }),
    bind(windowRoutes.filing, async ({ params, person, now }) =>
      filingDetail(deps, await filing(params.id), person, now),
    ),
    bind(windowRoutes.decide, async ({ params, body, person, now }) => {
      await records.write(async (turn) => {
        const row = await findFiling(turn.tx, params.id)
        if (!row) throw new Refusal('not-found', '没有这件来件')
        if (row.state !== 'received') throw new Refusal('conflict', '这件来件已由他人办理，请刷新')
        const matter =
          body.decision === 'accept' && deps.petitions
            ? await deps.petitions.register(turn, await matterOf(turn, row), person)
            : undefined
        const state = { accept: 'accepted', transfer: 'transferred', decline: 'declined' }[body.decision]
        const change = { state, matter_id: matter?.id ?? null, matter_no: matter?.no ?? null }
        if (!(await moveFiling(turn.tx, row, change))) throw new Refusal('conflict')
        await note(turn, row.id, person, body.decision, body.text, true)
        await deps.tasks.close(turn, [filingTask(row.id)], '已作程序回复')
        await deps.alerts.clear(turn, filingTask(row.id), turn.now)
      })
      return filingDetail(deps, await filing(params.id), person, now)
    }),
    bind(windowRoutes.reply, async ({ params, body, person, now }) => {
      await records.write(async (turn) => {
        const row = await findFiling(turn.tx, params.id)
        if (!row) throw new Refusal('not-found', '没有这件来件')
        if (row.state === 'received') throw new Refusal('unprocessable', '请先作出受理、告知或不予受理的决定')
        if (row.state === 'declined') throw new Refusal('unprocessable', '已决定不予受理，不再答复')
        const state = body.final ? 'replied' : row.state
        if (!(await moveFiling(turn.tx, row, { state }))) throw new Refusal('conflict')
        await note(turn, row.id, person, body.final ? 'result' : 'reply', body.text, true)
      })
      return filingDetail(deps, await filing(params.id), person, now)
    }),
    bind(windowRoutes.contact, async ({ params, body, person, ip }) =>
      records.write(async ({ tx, now }) => {
        const row = await findFiling(tx, params.id)
        if (row?.contact_name === undefined || row.contact_name === null)
          throw new Refusal('not-found', '没有这件来件，或为匿名提交')
        if (!unmasking.take(person.id, now))
          throw new Refusal('too-many-requests', `一小时内显示全文不能超过 ${perHour} 次，请稍后再看`)
        await deps.audit.record(tx, now, {
          kind: 'window.contact-seen',
          actor: person.username,
          ip,
          object: row.id,
          detail: { reason: body.reason },
        })
        return { name: row.contact_name, phone: row.contact_phone ?? '' }
      }),
    ),
    bind(windowRoutes.filingFile, async ({ params }) => {
      const file = (await filesOf(records.read, params.id)).find(({ n }) => n === params.n)
      if (!file || !vault.has(file.hash)) throw new Refusal('not-found', '没有这份附件')
      // Never by its own type: nothing that came from outside opens in the browser.
      return { stream: vault.read(file.hash), contentType: OCTETS, filename: file.name }
    }),
    bind(windowRoutes.appointments, async ({ query, now }) => {
      const offset = offsetOf(query.cursor)
      const { state, limit, overdue } = query
      const dueBefore = overdue ? officeDate(now) : undefined
      const rows = await listAppointments(records.read, { state, dueBefore, offset, limit })
      return { items: rows.map((row) => appointmentItem(row, now)), cursor: cursorOf(offset, rows.length, limit) }
    }),
    bind(windowRoutes.appointment, async ({ params, person, now }) =>
      appointmentDetail(deps, await appointment(params.id), person, now),
    ),
    bind(windowRoutes.answer, async ({ params, body, person, now }) => {
      if (body.decision === 'confirm' && body.on < officeDate(now))
        throw new Refusal('unprocessable', '安排的日期不能早于今天')
      await records.write(async (turn) => {
        const row = await findAppointment(turn.tx, params.id)
        if (!row) throw new Refusal('not-found', '没有这件预约')
        if (row.state !== 'received') throw new Refusal('conflict', '这件预约已由他人答复，请刷新')
        const state = body.decision === 'confirm' ? 'confirmed' : 'declined'
        const notice = noticeText(config.site.unit, {
          receipt: row.receipt,
          lawyer: row.lawyer,
          caseNo: row.case_no,
          what: APPOINTMENT_KIND_NAMES[appointmentKind(row)],
          today: officeDate(turn.now),
          answer: body,
        })
        if (!(await moveAppointment(turn.tx, row, { state, notice }))) throw new Refusal('conflict')
        await note(turn, row.id, person, body.decision, notice, true)
        await deps.tasks.close(turn, [appointmentTask(row.id)], '已答复律师')
        await deps.alerts.clear(turn, appointmentTask(row.id), turn.now)
      })
      return appointmentDetail(deps, await appointment(params.id), person, now)
    }),
  ]
}

async function matterOf(turn: Turn, row: FilingRow): Promise<FiledMatter> {
  const files = await filesOf(turn.tx, row.id)
  return {
    kind: filingKind(row),
    receipt: row.receipt,
    title: row.title,
    demand: row.demand,
    object: row.object,
    caseNo: row.case_no,
    anonymous: Number(row.anonymous) === 1,
    contact: row.contact_name === null ? null : { name: row.contact_name, phone: row.contact_phone ?? '' },
    receivedOn: officeDate(Number(row.received_ms)),
    files: files.map(({ name, type, size, hash }) => ({ name, type, size, hash })),
  }
}
