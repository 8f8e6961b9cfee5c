import {
  APPOINTMENT_KINDS,
  APPOINTMENT_STATES,
  type AppointmentKind,
  type AppointmentState,
  FILING_KINDS,
  FILING_STATES,
  type FilingKind,
  type FilingState,
} from '../../contract/http/window.ts'
import type { Reader, Tx } from '../feature.ts'
import type { WindowTables as Tables } from './tables.ts'

/** Filings, appointments and what was done with them. A move is conditional on the revision it was read in. */
const on = (db: Reader | Tx) => db.withTables<Tables>()
export type FilingRow = Tables['window_filing']
export type AppointmentRow = Tables['window_appointment']
export type NoteRow = Tables['window_note']

const oneOf = <Value extends string>(known: readonly Value[], text: string): Value => {
  const found = known.find((one) => one === text)
  if (!found) throw new Error(`unknown value ${text}`)
  return found
}
export const filingKind = ({ kind }: FilingRow): FilingKind => oneOf(FILING_KINDS, kind)
export const filingState = ({ state }: FilingRow): FilingState => oneOf(FILING_STATES, state)
export const appointmentKind = ({ kind }: AppointmentRow): AppointmentKind => oneOf(APPOINTMENT_KINDS, kind)
export const appointmentState = ({ state }: AppointmentRow): AppointmentState => oneOf(APPOINTMENT_STATES, state)

export const insertFiling = async (tx: Tx, row: FilingRow): Promise<void> => {
  await on(tx).insertInto('window_filing').values(row).execute()
}
export const insertAppointment = async (tx: Tx, row: AppointmentRow): Promise<void> => {
  await on(tx).insertInto('window_appointment').values(row).execute()
}
export const findFiling = (db: Reader | Tx, id: string): Promise<FilingRow | undefined> =>
  on(db).selectFrom('window_filing').selectAll().where('id', '=', id).executeTakeFirst()
export const findAppointment = (db: Reader | Tx, id: string): Promise<AppointmentRow | undefined> =>
  on(db).selectFrom('window_appointment').selectAll().where('id', '=', id).executeTakeFirst()
export const filingByReceipt = (db: Reader | Tx, receipt: string): Promise<FilingRow | undefined> =>
  on(db).selectFrom('window_filing').selectAll().where('receipt', '=', receipt).executeTakeFirst()
export const appointmentByReceipt = (db: Reader | Tx, receipt: string): Promise<AppointmentRow | undefined> =>
  on(db).selectFrom('window_appointment').selectAll().where('receipt', '=', receipt).executeTakeFirst()

/** Two at once, one effect: false when somebody has moved it meanwhile. */
export async function moveFiling(tx: Tx, before: FilingRow, change: Partial<FilingRow>): Promise<boolean> {
  const { numUpdatedRows } = await on(tx)
    .updateTable('window_filing')
    .set({ ...change, rev: Number(before.rev) + 1 })
    .where('id', '=', before.id)
    .where('rev', '=', before.rev)
    .executeTakeFirst()
  return Number(numUpdatedRows) === 1
}
export async function moveAppointment(
  tx: Tx,
  before: AppointmentRow,
  change: Partial<AppointmentRow>,
): Promise<boolean> {
  const { numUpdatedRows } = await on(tx)
    .updateTable('window_appointment')
    .set({ ...change, rev: Number(before.rev) + 1 })
    .where('id', '=', before.id)
    .where('rev', '=', before.rev)
    .executeTakeFirst()
  return Number(numUpdatedRows) === 1
}

export interface Filter {
  state?: string | undefined
  kind?: string | undefined
  /** Only what waits past its day. */
  dueBefore?: string | undefined
  offset: number
  limit: number
}
/** What waits comes first, by its day; then the newest. */
export function listFilings(db: Reader, filter: Filter): Promise<FilingRow[]> {
  let query = on(db).selectFrom('window_filing').selectAll()
  if (filter.state) query = query.where('state', '=', filter.state)
  if (filter.kind) query = query.where('kind', '=', filter.kind)
  if (filter.dueBefore) query = query.where('state', '=', 'received').where('due', '<', filter.dueBefore)
  return query
    .orderBy((eb) => eb.case().when('state', '=', 'received').then(0).else(1).end())
    .orderBy((eb) => eb.case().when('state', '=', 'received').then(eb.ref('due')).end())
    .orderBy('received_ms', 'desc')
    .orderBy('id')
    .offset(filter.offset)
    .limit(filter.limit)
    .execute()
}
export function listAppointments(db: Reader, filter: Filter): Promise<AppointmentRow[]> {
  let query = on(db).selectFrom('window_appointment').selectAll()
  if (filter.state) query = query.where('state', '=', filter.state)
  if (filter.dueBefore) query = query.where('state', '=', 'received').where('due', '<', filter.dueBefore)
  return query
    .orderBy((eb) => eb.case().when('state', '=', 'received').then(0).else(1).end())
    .orderBy((eb) => eb.case().when('state', '=', 'received').then(eb.ref('due')).end())
    .orderBy('received_ms', 'desc')
    .orderBy('id')
    .offset(filter.offset)
    .limit(filter.limit)
    .execute()
}
/** Past their day, nothing answered, and not yet told to anybody. */
export const lateFilings = (tx: Tx, today: string): Promise<FilingRow[]> =>
  on(tx)
    .selectFrom('window_filing')
    .selectAll()
    .where('state', '=', 'received')
    .where('late', '=', 0)
    .where('due', '<', today)
    .limit(200)
    .execute()
export const lateAppointments = (tx: Tx, today: string): Promise<AppointmentRow[]> =>
  on(tx)
    .selectFrom('window_appointment')
    .selectAll()
    .where('state', '=', 'received')
    .where('late', '=', 0)
    .where('due', '<', today)
    .limit(200)
    .execute()
export async function markLate(tx: Tx, table: 'window_filing' | 'window_appointment', ids: readonly string[]) {
  if (ids.length > 0) await on(tx).updateTable(table).set({ late: 1 }).where('id', 'in', ids).execute()
}

export async function addNote(tx: Tx, note: Omit<NoteRow, 'seq'>): Promise<void> {
  const last = await on(tx)
    .selectFrom('window_note')
    .select((eb) => eb.fn.max<number | null>('seq').as('seq'))
    .where('owner', '=', note.owner)
    .executeTakeFirst()
  await on(tx)
    .insertInto('window_note')
    .values({ ...note, seq: Number(last?.seq ?? 0) + 1 })
    .execute()
}
export const notesOf = (db: Reader | Tx, owner: string): Promise<NoteRow[]> =>
  on(db).selectFrom('window_note').selectAll().where('owner', '=', owner).orderBy('seq').execute()
