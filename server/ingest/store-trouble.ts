/** SQLite result codes that speak of the disk, not of our statement: IOERR, CORRUPT, FULL, CANTOPEN, READONLY, BUSY. */
const SQLITE = new Set([5, 6, 8, 10, 11, 13, 14])
/** PostgreSQL classes: connection, rollback, insufficient resources, operator intervention, system error; read-only, idle too long. */
const POSTGRES = /^(08|40|53|57|58|25006|25P03)/
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'ENOSPC'])

/** Is the store itself in trouble (then everything waits), or was one statement wrong (then its event is left out)? */
export function isStoreTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return SQLITE.has(errcode & 0xff)
  if (typeof code === 'string') return POSTGRES.test(code) || NETWORK.has(code)
  return /connection terminated|client has encountered a connection error|database is not open/i.test(error.message)
}
