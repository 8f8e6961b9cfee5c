import type { Config } from '../../config/load.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import type { AlertDesk, Principal, Reader, Records, TaskDesk, Tx } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { Person } from './rules.ts'

export interface ReviewedCase {
  id: string
  caseNo: string
  /** `YYYY-MM-DD`; null = not concluded. */
  closed: string | null
  outcome: string | null
  custody: boolean
  handler: Person | null
}
/** What the review must know of a case. */
export interface ReviewCases {
  find(db: Reader | Tx, id: string): Promise<ReviewedCase | undefined>
  closedSince(db: Reader | Tx, day: string): Promise<ReviewedCase[]>
}

export interface ReviewDeps {
  config: Config
  records: Records
  cases: ReviewCases
  newId(): string
  /** 32 bytes of the server's own chance, lower-case hex. */
  secret(): string
  /** Keeps the head outside the data folder. */
  anchor(chain: string, head: ChainEntry): void
  /** Who hears of steps past their day; without both nobody does. */
  alerts?: AlertDesk
  tasks?: TaskDesk
}

export const CHAIN = 'review'
export const PANEL = 'review'
export const REVIEW_PANELS = ['review', 'review-grades'] as const

/** The person of site.yaml behind an account. @throws Refusal when there is none: forms are signed by persons */
export function personOf({ config }: Pick<ReviewDeps, 'config'>, who: Principal): Config['site']['people'][number] {
  const found = config.site.people.find(({ id, account }) => id === who.id || account === who.username)
  if (!found) throw new Refusal('forbidden', '账号没有对应到人员名单，请联系管理员')
  return found
}
/** By person id, or by account where an act was the desk's and not a person's form. */
export const nameOf = ({ config }: Pick<ReviewDeps, 'config'>, id: string): string =>
  config.site.people.find((person) => person.id === id || person.account === id)?.name ?? id
