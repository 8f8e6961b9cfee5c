import type { Topic } from '../../../contract/sharing/conditions.ts'
import type { Principal, Reader, Tx } from '../../feature.ts'

/** A value of a record as the conditions see it; null is no value. */
export type Fact = string | number | boolean | null

/** A record that has come in. */
export interface Subject {
  topic: Topic
  /** In the feed. */
  place: number
  /** What came in: an event, an alert, a version of a record of another unit. */
  key: string
  /** The thing it is about: for cases the case, else the same as `key`. */
  thing: string
  source: string
  sourceName: string
  title: string
  /** Page below /desk. */
  link: string | null
  /** When it happened, epoch ms. */
  at: number
  facts: Readonly<Record<string, Fact>>
}

/**
 * Records of one topic in order of arrival, each with a place that only grows; handed over by main.ts.
 * The place is read and written in the turn that delivers: after a crash the next turn goes on where the last committed one ended.
 */
export interface Feed {
  topic: Topic
  /** The newest place; 0 = nothing has come in yet. */
  end(db: Reader | Tx): Promise<number>
  /** At most `limit` rows after that place; `place` is where the next call starts. */
  since(
    db: Reader | Tx,
    place: number,
    limit: number,
    now: number,
  ): Promise<{ subjects: Subject[]; place: number; rows: number }>
  /** The newest ones up to that place, newest first. */
  before(db: Reader | Tx, place: number, limit: number, now: number): Promise<Subject[]>
}

/** Of these things (`Subject.thing`) the ones whose record that person may open now. */
export type Opener = (
  db: Reader | Tx,
  person: Principal,
  topic: Topic,
  things: readonly string[],
) => Promise<ReadonlySet<string>>

/** The account with its present rights; undefined when it is gone or disabled. */
export type PrincipalOf = (db: Reader | Tx, username: string) => Promise<Principal | undefined>
