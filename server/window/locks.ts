import type { WindowRules } from '../../config/window.ts'
import type { Reader, Tx } from '../feature.ts'
import { RateLimiter } from '../people/rate.ts'
import { Refusal } from '../refusal.ts'
import type { WindowTables as Tables } from './tables.ts'

/** Wrong answers: counted for what was asked about and for the address, known and unknown things alike. */
const on = (db: Reader | Tx) => db.withTables<Tables>()

export interface Lock {
  count: number
  lastMs: number
  lockedUntil: number | null
}
/** Pure: after one more wrong answer. Older ones than the time of a lock are forgotten. */
export function afterWrong(lock: Lock | undefined, most: number, lockMs: number, now: number): Lock {
  const count = (lock && now - lock.lastMs < lockMs ? lock.count : 0) + 1
  return { count, lastMs: now, lockedUntil: count >= most ? now + lockMs : null }
}
export const isShut = (lock: Lock | undefined, now: number): boolean => (lock?.lockedUntil ?? 0) > now

export interface LockKeys {
  object: string
  address: string
}
export async function readLocks(db: Reader | Tx, { object, address }: LockKeys): Promise<Map<string, Lock>> {
  const rows = await on(db).selectFrom('window_lock').selectAll().where('key', 'in', [object, address]).execute()
  return new Map(
    rows.map(({ key, count, last_ms, locked_until }) => [
      key,
      {
        count: Number(count),
        lastMs: Number(last_ms),
        lockedUntil: locked_until === null ? null : Number(locked_until),
      },
    ]),
  )
}
export async function noteWrong(
  tx: Tx,
  { lock }: WindowRules,
  keys: LockKeys,
  locks: ReadonlyMap<string, Lock>,
  now: number,
): Promise<void> {
  const lockMs = lock.minutes * 60_000
  const rows = (
    [
      [keys.object, lock.perObject],
      [keys.address, lock.perAddress],
    ] as const
  ).map(([key, most]) => {
    const { count, lastMs, lockedUntil } = afterWrong(locks.get(key), most, lockMs, now)
    return { key, count, last_ms: lastMs, locked_until: lockedUntil }
  })
  await on(tx)
    .insertInto('window_lock')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        count: eb.ref('excluded.count'),
        last_ms: eb.ref('excluded.last_ms'),
        locked_until: eb.ref('excluded.locked_until'),
      })),
    )
    .execute()
}
export const openLock = async (tx: Tx, key: string): Promise<void> => {
  await on(tx).deleteFrom('window_lock').where('key', '=', key).execute()
}
export const forgetLocks = async (tx: Tx, before: number): Promise<void> => {
  await on(tx).deleteFrom('window_lock').where('last_ms', '<', before).execute()
}

type Kind = keyof WindowRules['rates']
const HOUR = 3600
/** All addresses together: the writers' line is the house's alarm line too. */
const TOGETHER: Readonly<Record<Kind, { rate: number; burst: number }>> = {
  upload: { rate: 0.5, burst: 60 },
  file: { rate: 2, burst: 60 },
  ask: { rate: 20, burst: 200 },
}
/** How often one address, and all together, may do something. */
export class Rates {
  readonly #own: Readonly<Record<Kind, RateLimiter>>
  readonly #all: Readonly<Record<Kind, RateLimiter>>
  constructor({ rates }: WindowRules) {
    const make = (kind: Kind) => new RateLimiter({ rate: rates[kind].perHour / HOUR, burst: rates[kind].burst })
    this.#own = { upload: make('upload'), file: make('file'), ask: make('ask') }
    const all = (kind: Kind) => new RateLimiter(TOGETHER[kind])
    this.#all = { upload: all('upload'), file: all('file'), ask: all('ask') }
  }
  /** @throws Refusal */
  take(kind: Kind, ip: string, now: number): void {
    if (!this.#own[kind].take(ip, now) || !this.#all[kind].take('', now)) throw new Refusal('too-many-requests')
  }
}

/** Bodies of files that are being read at the same time, in all and of one address: memory is bounded by them. */
const AT_ONCE = 8
const OF_ONE = 2
export class Door {
  readonly #inside = new Map<string, number>()
  #all = 0
  /** @throws Refusal when it is full; the answer lets the next one in */
  enter(ip: string): () => void {
    const own = this.#inside.get(ip) ?? 0
    if (this.#all >= AT_ONCE || own >= OF_ONE) throw new Refusal('too-many-requests', '正在上传的文件过多')
    this.#inside.set(ip, own + 1)
    this.#all++
    return () => {
      this.#all--
      const left = (this.#inside.get(ip) ?? 1) - 1
      if (left > 0) this.#inside.set(ip, left)
      else this.#inside.delete(ip)
    }
  }
}
