import type { Config } from '../../config/load.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import type { AlertDesk, Reader, Records, Turn, Tx } from '../feature.ts'

/** What the draw must know of a case, and the one thing it does to it. */
export interface CasePort {
  find(
    db: Reader | Tx,
    id: string,
  ): Promise<
    | { id: string; caseNo: string; kind: string; state: 'unassigned' | 'open' | 'closed'; handler: string | null }
    | undefined
  >
  /** Hands the case to a member (person id). */
  assign(turn: Turn, caseId: string, person: string): Promise<void>
}

export interface AssignmentDeps {
  config: Config
  calendar: WorkCalendar
  records: Records
  alerts: AlertDesk
  cases: CasePort
  newId(): string
  /** 32 bytes of the server's own chance, lower-case hex. */
  secret(): string
  /** Keeps the head outside the data folder (draw.md): a file on another path and a retained topic. */
  anchor(chain: string, head: ChainEntry): void
}

export const CHAIN = 'assignment'
export const DRAW_PANELS = ['draw', 'fairness'] as const
