import { officeDate } from '../../config/zone.ts'
import {
  APPOINTMENT_KIND_NAMES,
  APPOINTMENT_STATE_NAMES,
  AppointmentDetail,
  type AppointmentItem,
  FILING_KIND_NAMES,
  FILING_STATE_NAMES,
  type FilingDetail,
  type FilingItem,
} from '../../contract/http/window.ts'
import type { Principal } from '../feature.ts'
import { maskedName } from './codes.ts'
import type { WindowDeps } from './context.ts'
import { countFiles, filesOf } from './files.ts'
import {
  type AppointmentRow,
  appointmentKind,
  appointmentState,
  type FilingRow,
  filingKind,
  filingState,
  type NoteRow,
  notesOf,
} from './repository.ts'

/** Names each field that may leave for the desk. */
const isLate = ({ state, due }: { state: string; due: string | null }, now: number): boolean =>
  state === 'received' && due !== null && due < officeDate(now)

function filingItem(row: FilingRow, files: number, now: number): FilingItem {
  const [kind, state] = [filingKind(row), filingState(row)]
  return {
    id: row.id,
    receipt: row.receipt,
    kind,
    kindName: FILING_KIND_NAMES[kind],
    title: row.title,
    anonymous: Number(row.anonymous) === 1,
    receivedAt: Number(row.received_ms),
    state,
    stateName: FILING_STATE_NAMES[state],
    due: row.due,
    overdue: isLate(row, now),
    files,
    matter: row.matter_no,
  }
}
export async function filingItems({ records }: WindowDeps, rows: readonly FilingRow[], now: number) {
  const files = await countFiles(
    records.read,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => filingItem(row, files.get(row.id) ?? 0, now))
}

const noteSeen = ({ at_ms, by, what, text }: NoteRow) => ({ at: Number(at_ms), by, what, text })
const REPLY_STATES: readonly string[] = ['accepted', 'replied', 'transferred']

/** 个人信息 masked by default (等保 2.0 三级 个人信息保护): the call needs a reason. */
const masked = (name: string, phone: string) => ({
  name: maskedName(name),
  phone: phone.replaceAll(/\d(?=(?:\D*\d){4})/g, '*'),
})
function actsOf(row: FilingRow): FilingDetail['acts'] {
  const next =
    row.state === 'received' ? ['decide' as const] : REPLY_STATES.includes(row.state) ? ['reply' as const] : []
  return row.contact_name === null ? next : [...next, 'contact']
}

export async function filingDetail(
  { records }: WindowDeps,
  row: FilingRow,
  who: Principal,
  now: number,
): Promise<FilingDetail> {
  const [attachments, notes] = await Promise.all([filesOf(records.read, row.id), notesOf(records.read, row.id)])
  const may = who.permissions.has('window.write')
  return {
    ...filingItem(row, attachments.length, now),
    demand: row.demand,
    object: row.object,
    caseNo: row.case_no,
    contact: row.contact_name === null ? null : masked(row.contact_name, row.contact_phone ?? ''),
    attachments,
    notes: notes.map(noteSeen),
    matterId: row.matter_id,
    acts: may ? actsOf(row) : [],
  }
}

export function appointmentItem(row: AppointmentRow, now: number): AppointmentItem {
  const [kind, state] = [appointmentKind(row), appointmentState(row)]
  return {
    id: row.id,
    receipt: row.receipt,
    kind,
    kindName: APPOINTMENT_KIND_NAMES[kind],
    lawyer: row.lawyer,
    caseNo: row.case_no,
    receivedAt: Number(row.received_ms),
    state,
    stateName: APPOINTMENT_STATE_NAMES[state],
    due: row.due,
    overdue: isLate(row, now),
  }
}
const Wanted = AppointmentDetail.shape.wanted
export async function appointmentDetail(
  { records, cases }: WindowDeps,
  row: AppointmentRow,
  who: Principal,
  now: number,
): Promise<AppointmentDetail> {
  const db = records.read
  const [attachments, notes, known] = await Promise.all([
    filesOf(db, row.id),
    notesOf(db, row.id),
    cases.byNumber(db, row.case_no),
  ])
  return {
    ...appointmentItem(row, now),
    licence: row.licence,
    firm: row.firm,
    phone: row.phone,
    client: row.client,
    wanted: Wanted.parse(JSON.parse(row.wanted)),
    note: row.note,
    attachments,
    basis: row.basis,
    notice: row.notice,
    caseKnown: known !== undefined,
    notes: notes.map(noteSeen),
    acts: row.state === 'received' && who.permissions.has('window.write') ? ['answer'] : [],
  }
}
