import type { Config } from '../../config/load.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import { officeDate } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import type { FileType, FilingKind } from '../../contract/http/window.ts'
import type { AuditPort } from '../audit/journal.ts'
import { computeDeadline } from '../deadlines/rules.ts'
import type { AlertDesk, Approvals, Principal, Reader, Records, TaskDesk, Turn, Tx } from '../feature.ts'

/** What the window may know of a case. */
export interface KnownCase {
  id: string
  caseNo: string
  cause: string | null
  /** `YYYY-MM-DD`. */
  accepted: string | null
  due: string | null
  node: string | null
  state: 'unassigned' | 'open' | 'closed'
}
/** Cases that may be asked about at all: neither restricted nor gone. */
export interface CaseLook {
  find(db: Reader | Tx, id: string): Promise<KnownCase | undefined>
  byNumber(db: Reader | Tx, caseNo: string): Promise<KnownCase | undefined>
}

/** A filing that is taken up, as the petitions register gets it. */
export interface FiledMatter {
  kind: FilingKind
  receipt: string
  title: string
  demand: string
  object: string | null
  caseNo: string | null
  anonymous: boolean
  contact: { name: string; phone: string } | null
  /** `YYYY-MM-DD`. */
  receivedOn: string
  files: { name: string; type: FileType; size: number; hash: string }[]
}
export interface PetitionRegister {
  register(turn: Turn, matter: FiledMatter, by: Principal): Promise<{ id: string; no: string }>
  /** The replies that were given in that matter, oldest first: their days and kinds, nothing from inside. */
  repliesOf(db: Reader | Tx, matterId: string): Promise<{ on: string; what: string }[]>
}
/** Looks for viruses; `unknown` when it cannot be asked. */
export interface FileScanner {
  scan(bytes: Uint8Array): Promise<'clean' | 'infected' | 'unknown'>
}

export interface WindowDeps {
  config: Config
  calendar: WorkCalendar
  records: Records
  tasks: TaskDesk
  alerts: AlertDesk
  audit: AuditPort
  approvals: Approvals
  cases: CaseLook
  /** Without it a filing that is accepted stays with the window. */
  petitions?: PetitionRegister | undefined
  scanner?: FileScanner | undefined
  figure(name: string): Promise<Figure | undefined>
  /** Where attachments lie. */
  folder: string
  siteKey: string
  newId(): string
  randomBytes(size: number): Uint8Array
}

/** Who writes in the trail for people outside. */
export const PUBLIC_ACTOR = 'public'

/** Last day and legal basis by the one deadline engine. */
export function dueOf({ config, calendar }: Pick<WindowDeps, 'config' | 'calendar'>, rule: string, now: number) {
  const { due, legalBasis } = computeDeadline(
    { rules: config.deadlines, calendar },
    { rule, start: officeDate(now), custody: false, events: [] },
  )
  return { due: due?.slice(0, 10) ?? null, basis: legalBasis }
}
