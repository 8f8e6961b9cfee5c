import type { Reader } from '../../feature.ts'

/** What petitions tell the three zeros; handed in by main.ts. */
export interface ZeroPort {
  facts(
    db: Reader,
  ): Promise<{ date: string; what: string; veto: string | null; department: string; by: string; at: number }[]>
  /** Open matters that put the quarter at risk, by department. */
  risks(db: Reader): Promise<Map<string, number>>
}
