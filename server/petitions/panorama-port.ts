import type { Reader, Tx } from '../feature.ts'
import type { PetitionTables } from './tables.ts'

/** What the panorama may know of matters, in the order of their ids; handed over by main.ts. */
export const mattersPage = async (db: Reader | Tx, after: string, limit: number, ids?: readonly string[]) => {
  let query = db
    .withTables<PetitionTables>()
    .selectFrom('petition')
    .select(['id', 'no', 'title', 'kind', 'channel', 'colour', 'open', 'received_on', 'closed_on'])
  query = ids ? query.where('id', 'in', [...ids]) : query.where('id', '>', after)
  return query.orderBy('id').limit(limit).execute()
}
