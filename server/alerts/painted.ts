import type { Turn } from '../feature.ts'
import type { AlertTables } from './tables.ts'

/** First receipt of each screen counts: it proves when the alert was on that glass. */
export async function recordPainted(turn: Turn, alertId: string, screen: string, at: number): Promise<void> {
  await turn.tx
    .withTables<AlertTables>()
    .insertInto('alert_painted')
    .values({ alert_id: alertId.slice(0, 32), screen: screen.slice(0, 100), at, received_at: turn.now })
    .onConflict((oc) => oc.columns(['alert_id', 'screen']).doNothing())
    .execute()
}
