import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { Revoked } from '../people/routes.ts'

/** What servers tell one another after a commit. Hints only: whatever counts stands in the records. */
export interface Hints {
  /** Panels to read again and alerts to tell at once. */
  committed: { touched: readonly string[]; announced: readonly AlertItem[] }
  /** Sockets to cut. */
  revoked: Revoked
  /** Address from which a sign-in failed. */
  failed: string
  /** The self-test with this id came through. */
  selftest: string
  /** Events stored, by collector. */
  stored: Readonly<Record<string, number>>
}
export type Hint = { [Kind in keyof Hints]: { kind: Kind; body: Hints[Kind] } }[keyof Hints]
/** What is done at each. */
export type Heeding = { readonly [Kind in keyof Hints]: (body: Hints[Kind]) => void }

/** One of a kind that this version does not know is from a newer member. @returns false then */
export function heed(heeding: Heeding, { kind, body }: Hint): boolean {
  const act = (heeding as Partial<Record<string, (body: Hint['body']) => void>>)[kind]
  act?.(body)
  return act !== undefined
}
