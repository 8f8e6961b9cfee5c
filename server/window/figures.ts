import { officeDate } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import { APPOINTMENT_KIND_NAMES, FILING_KIND_NAMES } from '../../contract/http/window.ts'
import type { FigureSource, Reader } from '../feature.ts'
import { figure } from '../figure.ts'
import { appointmentKind, filingKind, listAppointments, listFilings } from './repository.ts'

/** What waits at the window, by receipt: nobody's name is among the rows. */
const NAMES = ['filings-waiting', 'filings-overdue', 'appointments-waiting', 'appointments-overdue'] as const
const MOST = 1000
const freshness = (at: number) => ({ source: '12309 窗口', at, staleAfterS: 3600, state: 'ok' as const })

export const windowFigures = (db: () => Reader): FigureSource => ({
  permission: 'figures.read',
  names: NAMES.map((name) => `window.${name}`),
  async list(now) {
    const waiting = { state: 'received', offset: 0, limit: MOST }
    const [filings, appointments] = await Promise.all([listFilings(db(), waiting), listAppointments(db(), waiting)])
    const rows = {
      filings: filings.map((row) => ({
        回执: row.receipt,
        事项: FILING_KIND_NAMES[filingKind(row)],
        期限: row.due ?? '',
      })),
      appointments: appointments.map((row) => ({
        回执: row.receipt,
        事项: APPOINTMENT_KIND_NAMES[appointmentKind(row)],
        期限: row.due ?? '',
      })),
    }
    const today = officeDate(now)
    const late = <Row extends { 期限: string }>(all: Row[]) => all.filter((row) => row.期限 !== '' && row.期限 < today)
    const make = (name: (typeof NAMES)[number], title: string, formula: string, found: Figure['rows']) =>
      figure(
        { name: `window.${name}`, title, value: found.length, unit: '件', formula, rows: found },
        freshness(now),
        now,
      )
    return [
      make('filings-waiting', '窗口待审查来件', '已收到、尚未受理或告知的来件', rows.filings),
      make('filings-overdue', '窗口来件超期', '程序回复期限早于今日而未回复', late(rows.filings)),
      make('appointments-waiting', '律师预约待安排', '已收到、尚未答复的预约', rows.appointments),
      make('appointments-overdue', '律师预约超期', '安排期限早于今日而未答复', late(rows.appointments)),
    ]
  },
})
