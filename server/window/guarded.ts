import type { Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { keyed } from './codes.ts'
import { PUBLIC_ACTOR, type WindowDeps } from './context.ts'
import { isShut, noteWrong, openLock, readLocks } from './locks.ts'

/** One try at something that only a code opens. */
export interface Attempt {
  /** Route id of the trail. */
  what: string
  /** What is asked about, as it is compared: a receipt or a case number, known here or not. */
  about: string
  ip: string
  /** For the trail; no name, no number of a document in clear. */
  detail: Readonly<Record<string, string | number>>
}
export const WRONG = '信息或查询码不正确；连续出错将暂停查询，请核对后再试'

/** Name of the lock of what is asked about. */
export const lockKey = (siteKey: string, about: string): string => keyed(siteKey, 'lock', about)

/**
 * Runs the check in a turn with the count of wrong answers and the trail. Unknown and wrong do the same work, count the
 * same and answer the same; while it is shut, the right answer opens nothing.
 * @throws Refusal `not-found` when the check gives nothing, `query-locked` while it is shut
 */
export async function guarded<Result>(
  deps: WindowDeps,
  { what, about, ip, detail }: Attempt,
  check: (turn: Turn) => Promise<Result | undefined>,
): Promise<Result> {
  const keys = { object: lockKey(deps.siteKey, about), address: keyed(deps.siteKey, 'address', ip) }
  const outcome = await deps.records.write(async (turn) => {
    const locks = await readLocks(turn.tx, keys)
    const shut = isShut(locks.get(keys.object), turn.now) || isShut(locks.get(keys.address), turn.now)
    const found = shut ? undefined : await check(turn)
    if (found !== undefined) await openLock(turn.tx, keys.object)
    else if (!shut) await noteWrong(turn.tx, deps.config.window, keys, locks, turn.now)
    const result = found !== undefined ? 'ok' : shut ? 'locked' : 'wrong'
    await deps.audit.record(turn.tx, turn.now, {
      kind: `window.${what}`,
      actor: PUBLIC_ACTOR,
      ip,
      object: keys.object.slice(0, 16),
      detail: { ...detail, result },
    })
    return { found, shut }
  })
  if (outcome.shut)
    throw new Refusal('query-locked', `约 ${deps.config.window.lock.minutes} 分钟后可再查；急需请到窗口办理`)
  if (outcome.found === undefined) throw new Refusal('not-found', WRONG)
  return outcome.found
}
