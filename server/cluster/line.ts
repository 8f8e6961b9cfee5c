import { sql } from 'kysely'
import type { Tx } from '../feature.ts'

/** Any number that no other program of the database takes. */
const LINE = 7_303_001

/**
 * Joins the one line of write turns of all servers: held by the transaction itself until it ends (PostgreSQL,
 * Explicit Locking 13.3.5). So rules that read and then write see what every other server has committed, and two
 * servers can neither fork a chain nor draw twice. Whoever is paused in the middle of a turn loses it: the database ends
 * the session (`idle_in_transaction_session_timeout`), and with it goes the lock and whatever the turn had written.
 */
export async function joinLine(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LINE})`.execute(tx)
}

/** A member that stands still in its turn holds up the others no longer than that. */
const PAUSE_MS = 5000

/**
 * Of each connection: an idle transaction is ended, and so is the session of a machine that has gone without a word
 * (tcp_keepalives, tcp_user_timeout).
 */
export const session = (pauseMs: number): string =>
  [
    `set idle_in_transaction_session_timeout = ${pauseMs}`,
    'set tcp_keepalives_idle = 5',
    'set tcp_keepalives_interval = 2',
    'set tcp_keepalives_count = 3',
    `set tcp_user_timeout = ${pauseMs}`,
  ].join('; ')
export const SESSION = session(PAUSE_MS)
