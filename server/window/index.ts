import { officeDate } from '../../config/zone.ts'
import { APPOINTMENT_KIND_NAMES, FILING_KIND_NAMES, windowRoutes } from '../../contract/http/window.ts'
import { type AlertSignal, bind, type DangerousAct, type Feature, type Turn } from '../feature.ts'
import { askingRoutes } from './asking.ts'
import type { WindowDeps } from './context.ts'
import { deskRoutes } from './desk.ts'
import { windowFigures } from './figures.ts'
import { sweepFiles } from './files.ts'
import { appointmentTask, filingTask, handingInRoutes } from './handing-in.ts'
import { forgetLocks, Rates } from './locks.ts'
import { codeRoutes } from './query-codes.ts'
import { appointmentKind, filingKind, lateAppointments, lateFilings, markLate } from './repository.ts'
import { publishAct, statisticsRoutes } from './statistics.ts'
import { windowMigrations } from './tables.ts'
import { Vault } from './vault.ts'

export type { CaseLook, FiledMatter, FileScanner, KnownCase, PetitionRegister, WindowDeps } from './context.ts'

/** 12309 窗口: filings on line, queries by parties and lawyers, appointments, published statistics. */
export function windowFeature(deps: WindowDeps): Feature {
  const { config } = deps
  const vault = new Vault(deps.folder)
  const rates = new Rates(config.window)
  const publish = publishAct(deps)
  const { files, notices } = config.window
  return {
    name: 'window',
    migrations: windowMigrations,
    acts: [publish as unknown as DangerousAct<never>],
    routes: [
      bind(windowRoutes.info, async () => ({
        unit: config.site.unit,
        demo: config.site.demo,
        notices,
        files: { max: files.max, maxBytes: files.maxBytes, types: files.types },
      })),
      ...handingInRoutes(deps, vault, rates),
      ...askingRoutes(deps, rates),
      ...deskRoutes(deps, vault),
      ...codeRoutes(deps),
      ...statisticsRoutes(deps, publish),
    ],
    figures: [windowFigures(() => deps.records.read)],
    ticks: [
      { name: 'window-late', everyMs: 60_000, run: (turn) => tellLate(deps, turn) },
      {
        name: 'window-sweep',
        everyMs: 600_000,
        async run({ tx, now }) {
          await sweepFiles(tx, vault, now - files.looseMinutes * 60_000)
          await forgetLocks(tx, now - config.window.lock.minutes * 60_000)
        },
      },
    ],
  }
}

/** What has no answer on the day after its last one becomes an alert, once. */
async function tellLate({ alerts, config }: WindowDeps, turn: Turn): Promise<void> {
  const today = officeDate(turn.now)
  const [filings, appointments] = [await lateFilings(turn.tx, today), await lateAppointments(turn.tx, today)]
  const signal = (rule: string, cause: string, values: Record<string, string>): AlertSignal => ({
    cause,
    rule,
    domain: 'case',
    object: null,
    at: turn.now,
    evidence: [],
    clearable: true,
    values,
    demo: config.site.demo,
  })
  const signals = [
    ...filings.map((row) =>
      signal('window.filing-overdue', filingTask(row.id), {
        what: FILING_KIND_NAMES[filingKind(row)],
        receipt: row.receipt,
        due: row.due ?? '',
        basis: row.basis,
      }),
    ),
    ...appointments.map((row) =>
      signal('window.appointment-overdue', appointmentTask(row.id), {
        what: APPOINTMENT_KIND_NAMES[appointmentKind(row)],
        caseNo: row.case_no,
        receipt: row.receipt,
        due: row.due ?? '',
        basis: row.basis,
      }),
    ),
  ]
  if (signals.length === 0) return
  await alerts.raise(turn, ...signals)
  await markLate(
    turn.tx,
    'window_filing',
    filings.map(({ id }) => id),
  )
  await markLate(
    turn.tx,
    'window_appointment',
    appointments.map(({ id }) => id),
  )
}
