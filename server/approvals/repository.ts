import type { ApprovalState } from '../../contract/http/approvals.ts'
import type { Reader, Tx } from '../feature.ts'
import type { ApprovalTables } from './tables.ts'

export type StoredProposal = ApprovalTables['approval']
const on = (db: Reader | Tx) => db.withTables<ApprovalTables>()

export const insertProposal = async (tx: Tx, row: StoredProposal): Promise<void> => {
  await on(tx).insertInto('approval').values(row).execute()
}

export const findProposal = (db: Reader | Tx, id: string): Promise<StoredProposal | undefined> =>
  on(db).selectFrom('approval').selectAll().where('id', '=', id).executeTakeFirst()

/** An open proposal of that kind about that subject: proposing it twice is one proposal. */
export const openProposal = (db: Reader | Tx, kind: string, subject: string): Promise<StoredProposal | undefined> =>
  on(db)
    .selectFrom('approval')
    .selectAll()
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('state', '=', 'proposed')
    .executeTakeFirst()

/** True for the one who was first: of two decisions at once only one takes the open proposal. */
export async function settle(
  tx: Tx,
  id: string,
  state: ApprovalState,
  by: { username: string; at: number; note: string },
): Promise<boolean> {
  const { numUpdatedRows } = await on(tx)
    .updateTable('approval')
    .set({ state, decided_by: by.username, decided_ms: by.at, note: by.note })
    .where('id', '=', id)
    .where('state', '=', 'proposed')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export const expireProposals = async (tx: Tx, now: number): Promise<void> => {
  await on(tx)
    .updateTable('approval')
    .set({ state: 'expired', decided_ms: now })
    .where('state', '=', 'proposed')
    .where('expires_ms', '<=', now)
    .execute()
}

export interface ProposalQuery {
  state?: ApprovalState | undefined
  /** Own ones, and those of these kinds. */
  username: string
  kinds: readonly string[]
  offset: number
  limit: number
}

export const listProposals = (db: Reader, query: ProposalQuery): Promise<StoredProposal[]> => {
  let found = on(db)
    .selectFrom('approval')
    .selectAll()
    .where((where) =>
      where.or([
        where('proposed_by', '=', query.username),
        ...(query.kinds.length > 0 ? [where('kind', 'in', [...query.kinds])] : []),
      ]),
    )
  if (query.state) found = found.where('state', '=', query.state)
  return found.orderBy('proposed_ms', 'desc').orderBy('id').offset(query.offset).limit(query.limit).execute()
}
