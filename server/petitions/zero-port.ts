import type { PetitionRules } from '../../config/petitions.ts'
import type { Reader } from '../feature.ts'
import { on } from './repository.ts'
import { rank } from './rules.ts'

/** What the board of the three zeros may know of petitions; handed over by main.ts. */
export const zeroPort = (rules: PetitionRules) => ({
  /** 上访 that counts by itself. */
  async facts(
    db: Reader,
  ): Promise<{ date: string; what: string; veto: string | null; department: string; by: string; at: number }[]> {
    const rows = await on(db).selectFrom('petition_fact').selectAll().orderBy('day', 'desc').limit(1000).execute()
    return rows.map(({ day, what, veto, department, by, at_ms }) => ({
      date: day,
      what,
      veto,
      department,
      by,
      at: Number(at_ms),
    }))
  },
  /** Open matters in colours that put the quarter at risk, by department. */
  async risks(db: Reader): Promise<Map<string, number>> {
    const colours = rules.colours
      .map(({ colour }) => colour)
      .filter((colour) => rank(colour) >= rank(rules.zeros.riskFrom))
    const rows = await on(db)
      .selectFrom('petition')
      .select((eb) => ['department', eb.fn.countAll<number>().as('n')])
      .where('open', '=', 1)
      .where('colour', 'in', colours)
      .groupBy('department')
      .execute()
    return new Map(rows.map(({ department, n }) => [department, Number(n)]))
  },
})
