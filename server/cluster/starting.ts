/** Any number that no other program of the database takes; not the line of turns. */
const STARTING = 7_303_002

/**
 * Servers that start together go one after another through backup and migration of what they share: one that looked in
 * the middle of another's migration would take the data for an older program's. Held by a connection of its own, so that
 * a server killed on the way leaves nothing locked (PostgreSQL, Explicit Locking 13.3.5).
 */
export async function oneAfterAnother<Result>(url: string, act: () => Promise<Result>): Promise<Result> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [STARTING])
    return await act()
  } finally {
    await client.end().catch(() => undefined)
  }
}
