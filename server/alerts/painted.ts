import type { Turn } from '../feature.ts'
import { chunks } from './repository.ts'
import type { AlertTables } from './tables.ts'

/** First receipt of each screen counts: it proves when the alert was on that glass. */
export async function recordPainted(turn: Turn, alertId: string, screen: string, at: number): Promise<void> {
  await insert(turn, [{ alert_id: alertId.slice(0, 32), screen: screen.slice(0, 100), at, received_at: turn.now }])
}

const insert = async (turn: Turn, rows: AlertTables['alert_painted'][]): Promise<void> => {
  for (const part of chunks(rows))
    await turn.tx
      .withTables<AlertTables>()
      .insertInto('alert_painted')
      .values(part)
      .onConflict((oc) => oc.columns(['alert_id', 'screen']).doNothing())
      .execute()
}

/** More than this many at once can only come from somebody who makes them up. */
const MOST_WAITING = 20_000

/** Receipts that wait for the clock's next turn: a storm on many screens must not cost a commit each. */
export class PaintReceipts {
  #waiting = new Map<string, AlertTables['alert_painted']>()

  note(alertId: string, screen: string, at: number, receivedAt: number): void {
    const row = { alert_id: alertId.slice(0, 32), screen: screen.slice(0, 100), at, received_at: receivedAt }
    const key = `${row.alert_id} ${row.screen}`
    if (this.#waiting.size < MOST_WAITING && !this.#waiting.has(key)) this.#waiting.set(key, row)
  }

  async flush(turn: Turn): Promise<void> {
    if (this.#waiting.size === 0) return
    const taken = this.#waiting
    await insert(turn, [...taken.values()])
    turn.afterCommit(() => {
      for (const key of taken.keys()) this.#waiting.delete(key)
    })
  }
}
