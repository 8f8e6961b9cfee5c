import type { Config } from '../../config/load.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import type { DeadlineBook } from '../deadlines/rules.ts'
import type { AlertDesk, Approvals, Principal, Records, TaskDesk } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { Standing } from './flow.ts'
import type { Matter, MatterFilter } from './repository.ts'

export interface PetitionDeps {
  config: Config
  calendar: WorkCalendar
  records: Records
  approvals: Approvals
  alerts: AlertDesk
  tasks: TaskDesk
  newId(): string
  /** Keeps the head outside the data folder. */
  anchor(chain: string, head: ChainEntry): void
  /** Cells of a table file, read apart from the server; rejects with words for people. */
  readTable(bytes: Buffer): Promise<TableRows>
}
/** First sheet that has rows; texts as a person sees them. */
export interface TableRows {
  rows: string[][]
  warnings: string[]
}
export const CHAIN = 'petitions'
export const PANELS = ['petition', 'petition-changes', 'petition-limits', 'zeros'] as const

export const bookOf = ({ config, calendar }: Pick<PetitionDeps, 'config' | 'calendar'>): DeadlineBook => ({
  rules: config.deadlines,
  calendar,
})
type People = Pick<PetitionDeps, 'config'>
export const findPerson = ({ config }: People, who: Pick<Principal, 'id' | 'username'>) =>
  config.site.people.find(
    ({ id, account }) => id === who.id || account === who.username || `office.${id}` === who.username,
  )
/** The person of site.yaml behind an account. @throws Refusal: every step is signed by a person */
export function personOf(deps: People, who: Pick<Principal, 'id' | 'username'>) {
  const found = findPerson(deps, who)
  if (!found) throw new Refusal('forbidden', '账号没有对应到人员名单，请联系管理员')
  return found
}
export const nameOf = ({ config }: People, id: string): string =>
  config.site.people.find((person) => person.id === id)?.name ?? id
export const departmentName = ({ config }: People, id: string): string =>
  config.site.departments.find((one) => one.id === id)?.name ?? id

/** Which matters a person may see: all, or those in which they have a hand. */
export const scopeOf = (deps: People, who: Principal): Pick<MatterFilter, 'person'> =>
  who.permissions.has('petitions.read') ? {} : { person: personOf(deps, who).id }
export function maySee(deps: People, who: Principal, matter: Matter): boolean {
  if (who.permissions.has('petitions.read')) return true
  const me = findPerson(deps, who)?.id
  return me !== undefined && (matter.handler === me || matter.leader === me)
}
/** In charge: whoever handles or leads it, the department's head, and those who run the register or approve. */
export function inCharge(deps: People, who: Principal, matter: Matter): boolean {
  if (!who.permissions.has('petitions.handle')) return false
  if (who.permissions.has('petitions.write') || who.permissions.has('petitions.approve')) return true
  const me = findPerson(deps, who)
  if (!me) return false
  const heads = deps.config.petitions.headTitles.includes(me.title) && me.department === matter.department
  return heads || matter.handler === me.id || matter.leader === me.id
}

/** A proposal that nobody decided in time no longer stands in the way. */
export const standingOf = (matter: Matter, now: number): Standing => ({
  stage: matter.stage,
  open: matter.open,
  colour: matter.colour,
  pending: matter.pendingUntilMs !== null && matter.pendingUntilMs > now ? matter.pending : null,
})
