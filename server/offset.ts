/**
 * Place in a list whose cursor is a number; anything else is the start. Not every number will do: PostgreSQL takes no
 * negative or broken OFFSET, and no store one beyond 64 bits.
 */
export const offsetOf = (cursor: string | undefined): number =>
  cursor !== undefined && /^\d{1,15}$/.test(cursor) ? Number(cursor) : 0
