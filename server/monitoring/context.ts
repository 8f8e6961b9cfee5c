import type { Config } from '../../config/load.ts'
import type { MonitoringCheck } from '../../config/monitoring.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import type { AlertDesk, Principal, Reader, Records, TaskDesk, TaskMover, Tx } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { HandedOut, MonitoredCase } from './facts.ts'
import type { Actor } from './rules.ts'

/** What flow monitoring must know of cases: everything open, and what was concluded on or after a day. */
export interface MonitoredCases {
  /** In the order of id, after `after`; without their history. */
  page(db: Reader | Tx, closedSince: string, after: string, limit: number): Promise<MonitoredCase[]>
  byIds(db: Reader | Tx, ids: readonly string[]): Promise<MonitoredCase[]>
}
export interface HandedOutCases {
  /** By case id, of those cases that were ever drawn, designated or changed here. */
  of(db: Reader | Tx, caseIds: readonly string[]): Promise<ReadonlyMap<string, HandedOut>>
}
export interface ReviewedForms {
  /** Case id → days by which the current form of the quality check is late; only those in the check are named. */
  overdueDays(db: Reader | Tx, caseIds: readonly string[], today: string): Promise<ReadonlyMap<string, number>>
}

export interface MonitoringDeps {
  config: Config
  records: Records
  calendar: WorkCalendar
  alerts: AlertDesk
  tasks?: TaskDesk & TaskMover
  cases: MonitoredCases
  handedOut: HandedOutCases
  forms: ReviewedForms
  /** Opaque id of a case number, as cases/rules.ts makes it. */
  caseIdOf(caseNo: string): string
  newId(): string
}

const accountOf = ({ config }: Pick<MonitoringDeps, 'config'>, who: Principal) =>
  config.site.people.find(({ id, account }) => id === who.id || account === who.username)

/** The person behind an account. @throws Refusal when there is none: steps are taken by persons */
export function actorOf(deps: Pick<MonitoringDeps, 'config'>, who: Principal): Actor {
  const found = accountOf(deps, who)
  if (!found) throw new Refusal('forbidden', '账号没有对应到人员名单，请联系管理员')
  return { id: found.id, department: found.department, head: headOf(deps, found.department) === found.id }
}
export const personIdOf = (deps: Pick<MonitoringDeps, 'config'>, who: Principal): string | null =>
  accountOf(deps, who)?.id ?? null

/** Head of a department by the titles that count as such. */
export const headOf = ({ config }: Pick<MonitoringDeps, 'config'>, department: string): string | null =>
  config.site.people.find(
    (person) =>
      person.department === department &&
      (person.roles.includes('department-head') || config.monitoring.headTitles.includes(person.title)),
  )?.id ?? null

/** The handler; without one the head of the case's department; without that, case management. */
export function addresseeOf(
  deps: Pick<MonitoringDeps, 'config'>,
  one: Pick<MonitoredCase, 'handler' | 'department'>,
): { addressee: string; department: string } {
  const { site, monitoring } = deps.config
  const handler = site.people.find(({ id }) => id === one.handler)
  if (handler) return { addressee: handler.id, department: handler.department }
  const department = site.departments.find(({ name }) => name === one.department)?.id ?? monitoring.managementDepartment
  return { addressee: headOf(deps, department) ?? department, department }
}

export const nameOf = ({ config }: Pick<MonitoringDeps, 'config'>, id: string): string =>
  id === SYSTEM ? '系统' : (config.site.people.find((person) => person.id === id)?.name ?? departmentName(config, id))
export const departmentName = (config: Config, id: string): string =>
  config.site.departments.find((one) => one.id === id)?.name ?? id
export const checkOf = ({ config }: Pick<MonitoringDeps, 'config'>, id: string): MonitoringCheck | undefined =>
  config.monitoring.checks.find((check) => check.id === id)

/** Who acts when time or data act. */
export const SYSTEM = 'system'
