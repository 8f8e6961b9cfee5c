/**
 * Place in a list whose cursor is a number; anything else is the start. Not every number will do: PostgreSQL takes no
 * negative or broken OFFSET, and no store one beyond 64 bits.
 */
export const offsetOf = (cursor: string | undefined): number =>
  cursor !== undefined && /^\d{1,15}$/.test(cursor) ? Number(cursor) : 0

/** Place in a list by moment (epoch ms) and id, `1795589942719~id`; anything else is the start, for the same reason. */
export function momentOf(cursor: string | undefined): { ms: number; id: string } | null {
  const [, ms = '', id = ''] = /^(\d{1,15})[~_](.+)$/s.exec(cursor ?? '') ?? []
  return id === '' ? null : { ms: Number(ms), id }
}
