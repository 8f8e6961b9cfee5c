import type { Reader, Tx } from '../../feature.ts'
import { on } from './writer.ts'

/** Small things that the index remembers by name. */
export async function remembered(db: Reader | Tx, name: string): Promise<string | null> {
  const row = await on(db).selectFrom('search_state').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value ?? null
}
export async function remember(tx: Tx, name: string, value: string): Promise<void> {
  await on(tx)
    .insertInto('search_state')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
