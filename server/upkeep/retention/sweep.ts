import type { UpkeepRules } from '../../../config/upkeep.ts'
import type { AuditPort } from '../../audit/journal.ts'
import type { Records, Turn } from '../../feature.ts'
import type { JobAnswer } from '../job.ts'
import { archiveOnce, type Piece } from './archive.ts'
import { heldOf } from './holds.ts'

const DAY = 86_400_000
/** 网络安全法 第二十一条（三）: nothing younger is ever deleted by hand. */
export const YOUNGEST_DAYS = 183
const ALERTS_AT_ONCE = 500
const EVENTS_AT_ONCE = 2000

export interface Retirement {
  /** Deletes at most `limit` closed alerts of before (epoch ms), but not those held. @returns how many */
  alerts(turn: Turn, before: number, held: readonly string[], limit: number): Promise<number>
  /** The same of stored events. */
  events(turn: Turn, before: number, held: readonly string[], limit: number): Promise<number>
}

export interface SweepDeps {
  records: Records
  rules: UpkeepRules['retention']
  archives: string
  audit: AuditPort
  retire: Retirement
  now(): number
}

/** The night's work: closed alerts whose time is up, audit entries to the archive. Pieces, so that nobody waits. */
export async function sweep(deps: SweepDeps): Promise<JobAnswer> {
  const now = deps.now()
  const alerts = await retireAll(deps, 'alerts', now - deps.rules.closedAlertsDays * DAY)
  const archived = await archiveAll(deps, now - deps.rules.auditDays * DAY)
  const words = [
    alerts === 'held' ? '告警处于法律保全，未清理' : `清理已办结告警 ${alerts} 条`,
    archived === 'held' ? '审计处于法律保全，未归档' : `归档审计 ${archived} 条`,
  ]
  return { ok: true, text: words.join('；') }
}

/** In turns, until nothing is left; a trace says how many. */
export async function retireAll(
  { records, retire, audit }: Pick<SweepDeps, 'records' | 'retire' | 'audit'>,
  what: keyof Retirement,
  before: number,
  by: { actor: string; approver?: string } = { actor: 'upkeep' },
): Promise<number | 'held'> {
  const limit = what === 'alerts' ? ALERTS_AT_ONCE : EVENTS_AT_ONCE
  let total = 0
  for (;;) {
    const gone = await records.write(async (turn): Promise<number | 'held'> => {
      const held = await heldOf(turn.tx, what)
      if (held === 'all') return 'held'
      const count = await retire[what](turn, before, held, limit)
      if (count > 0)
        await audit.record(turn.tx, turn.now, {
          kind: `retention.${what}`,
          actor: by.actor,
          ip: '',
          detail: { count, before: new Date(before).toISOString(), ...(by.approver ? { approver: by.approver } : {}) },
        })
      return count
    })
    if (gone === 'held') return 'held'
    total += gone
    if (gone < limit) return total
  }
}

async function archiveAll({ records, archives, audit }: SweepDeps, cutoff: number): Promise<number | 'held'> {
  let total = 0
  for (;;) {
    const piece = await records.write(async (turn): Promise<Piece | 'held' | undefined> => {
      const held = await heldOf(turn.tx, 'audit')
      // Of a chain nothing can be left out: one held object holds it all.
      if (held === 'all' || held.length > 0) return 'held'
      const archived = await archiveOnce(turn, archives, cutoff)
      if (archived)
        await audit.record(turn.tx, turn.now, {
          kind: 'audit.archived',
          actor: 'upkeep',
          ip: '',
          detail: traceOf(archived),
        })
      return archived
    })
    if (piece === 'held') return 'held'
    if (!piece) return total
    total += piece.toSeq - piece.fromSeq + 1
  }
}

/** In the chain itself: a row of the archive that was changed contradicts it. */
const traceOf = ({ fromSeq, toSeq, hash, file, sha256 }: Piece) => ({ fromSeq, toSeq, hash, file, sha256 })
