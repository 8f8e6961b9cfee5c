import { personHash } from '../../config/person.ts'
import { dayStart } from '../../config/zone.ts'
import {
  APPOINTMENT_KIND_NAMES,
  APPOINTMENT_STATE_NAMES,
  FILING_KIND_NAMES,
  FILING_STATE_NAMES,
  type WindowProgress,
  windowRoutes,
} from '../../contract/http/window.ts'
import { type BoundRoute, bind, type Reader, type Tx } from '../feature.ts'
import { caseKey, keyed, nameKey, sameHashes, tidy } from './codes.ts'
import type { WindowDeps } from './context.ts'
import { guarded } from './guarded.ts'
import type { Rates } from './locks.ts'
import { answerOf } from './progress.ts'
import {
  type AppointmentRow,
  appointmentByReceipt,
  appointmentKind,
  appointmentState,
  type FilingRow,
  filingByReceipt,
  filingKind,
  filingState,
  notesOf,
} from './repository.ts'
import type { WindowTables as Tables } from './tables.ts'

/** What people outside may ask: the course of what they handed in, and of a case that they have to do with. */
export function askingRoutes(deps: WindowDeps, rates: Rates): BoundRoute[] {
  const { siteKey } = deps
  return [
    bind(windowRoutes.progress, async ({ body, ip, now }) => {
      rates.take('ask', ip, now)
      const receipt = tidy(body.receipt)
      const attempt = { what: 'progress', about: `receipt ${receipt}`, ip, detail: {} }
      return guarded(deps, attempt, async ({ tx }) => {
        const shown = `${receipt.slice(0, 8)}-${receipt.slice(8)}`
        const filing = await filingByReceipt(tx, shown)
        const appointment = await appointmentByReceipt(tx, shown)
        const kept = filing?.code_hash ?? appointment?.code_hash ?? NOBODY
        const same = sameHashes([[keyed(siteKey, 'receipt', tidy(body.code)), kept]])
        const notes = await notesOf(tx, filing?.id ?? '')
        const given = filing?.matter_id ? ((await deps.petitions?.repliesOf(tx, filing.matter_id)) ?? []) : []
        if (!same) return undefined
        return filing ? filingSeen(filing, notes, given) : appointment && appointmentSeen(appointment)
      })
    }),
    bind(windowRoutes.caseQuery, async ({ body, ip, now }) => {
      rates.take('ask', ip, now)
      const number = caseKey(body.caseNo)
      const { relation } = body
      const who = numberHash(siteKey, body.idNumber)
      const attempt = { what: 'case-query', about: caseAbout(number), ip, detail: { relation, person: who } }
      return guarded(deps, attempt, async ({ tx, now: at }) => {
        const codeHash = keyed(siteKey, 'case', tidy(body.code))
        const row = (await codeBy(tx, codeHash)) ?? NO_CODE
        const same = sameHashes([
          [codeHash, row.code_hash],
          [nameHash(siteKey, body.name), row.name_hash],
          [who, row.number_hash],
          [keyed(siteKey, 'relation', relation), keyed(siteKey, 'relation', row.relation)],
          [keyed(siteKey, 'number', number), keyed(siteKey, 'number', row.case_key)],
        ])
        const known = await deps.cases.find(tx, row.case_id)
        if (!same || !known || row.revoked_ms !== null || Number(row.expires_ms) <= at) return undefined
        await noteUse(tx, row, at)
        return answerOf(deps.config.window, known)
      })
    }),
  ]
}

/** What a case is called among the locks. */
export const caseAbout = (number: string): string => `case ${number}`
export const nameHash = (siteKey: string, name: string): string => personHash(siteKey, `window/name\n${nameKey(name)}`)
export const numberHash = (siteKey: string, number: string): string =>
  personHash(siteKey, `window/id\n${caseKey(number).toUpperCase()}`)

/** Compared where there is nothing to compare with: same length, opened by nothing. */
const NOBODY = '-'.repeat(64)
const NOBODY_SHORT = `h:${'-'.repeat(16)}`
const NO_CODE: Tables['window_code'] = {
  id: '',
  case_id: '',
  case_no: '',
  case_key: '',
  relation: '',
  shown: '',
  name_hash: NOBODY_SHORT,
  number_hash: NOBODY_SHORT,
  code_hash: NOBODY,
  issued_ms: 0,
  issued_by: '',
  expires_ms: 0,
  revoked_ms: 0,
  uses: 0,
  used_ms: null,
}
const codeBy = (db: Reader | Tx, hash: string): Promise<Tables['window_code'] | undefined> =>
  db.withTables<Tables>().selectFrom('window_code').selectAll().where('code_hash', '=', hash).executeTakeFirst()
const noteUse = async (tx: Tx, { id, uses }: Tables['window_code'], at: number): Promise<void> => {
  await tx
    .withTables<Tables>()
    .updateTable('window_code')
    .set({ uses: Number(uses) + 1, used_ms: at })
    .where('id', '=', id)
    .execute()
}

/** @param given replies that the petition register knows of */
const filingSeen = (
  row: FilingRow,
  notes: readonly Tables['window_note'][],
  given: readonly { on: string; what: string }[],
): WindowProgress => ({
  what: 'filing',
  receipt: row.receipt,
  kindName: FILING_KIND_NAMES[filingKind(row)],
  title: row.title,
  receivedAt: Number(row.received_ms),
  state: filingState(row),
  stateName: FILING_STATE_NAMES[filingState(row)],
  due: row.state === 'received' ? row.due : null,
  replies: [
    ...notes.filter(({ told }) => Number(told) === 1).map(({ at_ms, text }) => ({ at: Number(at_ms), text })),
    ...given.map(({ on, what }) => ({ at: dayStart(on), text: what })),
  ].sort((a, b) => a.at - b.at),
})
const appointmentSeen = (row: AppointmentRow): WindowProgress => ({
  what: 'appointment',
  receipt: row.receipt,
  kindName: APPOINTMENT_KIND_NAMES[appointmentKind(row)],
  caseNo: row.case_no,
  receivedAt: Number(row.received_ms),
  state: appointmentState(row),
  stateName: APPOINTMENT_STATE_NAMES[appointmentState(row)],
  due: row.state === 'received' ? row.due : null,
  notice: row.notice,
})
