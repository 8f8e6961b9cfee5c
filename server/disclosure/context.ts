import type { Config } from '../../config/load.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import type { AlertDesk, Principal, Records } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { About } from './apart.ts'
import { textOf } from './files/flat.ts'
import type { StoredDisclosure, StoredFile } from './repository.ts'

export interface DisclosureDeps {
  config: Config
  calendar: WorkCalendar
  records: Records
  /** Told of what is past its day; without one nobody is. */
  alerts?: AlertDesk
  newId(): string
  /** Keeps the head outside the data folder. */
  anchor(chain: string, head: ChainEntry): void
}
export const CHAIN = 'disclosure'
export const PANEL = 'disclosure'

/** The person of site.yaml behind an account. @throws Refusal: every step is signed by a person */
export function personOf({ config }: Pick<DisclosureDeps, 'config'>, who: Principal) {
  const found = config.site.people.find(({ id, account }) => id === who.id || account === who.username)
  if (!found) throw new Refusal('forbidden', '账号没有对应到人员名单，请联系管理员')
  return found
}
export const nameOf = ({ config }: Pick<DisclosureDeps, 'config'>, id: string): string =>
  config.site.people.find((person) => person.id === id)?.name ?? id

export const departmentName = ({ config }: Pick<DisclosureDeps, 'config'>, id: string): string =>
  config.site.departments.find((one) => one.id === id)?.name ?? id

/** What a second reading is held against: parties, rules, and the words whose mask a person took off. */
export function aboutOf({ config }: Pick<DisclosureDeps, 'config'>, one: StoredDisclosure, file: StoredFile): About {
  const text = textOf(file.extract)
  return {
    rules: config.redaction,
    parties: one.parties,
    documentKind: one.kind,
    allowed: one.masks.remove.map(({ start, end }) => text.slice(start, end).replaceAll(/\s/g, '')),
  }
}
