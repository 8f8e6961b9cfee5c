import { AsyncLocalStorage } from 'node:async_hooks'
import type { Principal, Turn } from '../feature.ts'
import type { AuditEntry } from './journal.ts'
import { isTold, record } from './trail.ts'

/**
 * Every write that a person causes over HTTP leaves its trace in the very transaction that it makes: the call travels
 * beside the code, and the records store asks at each commit. No feature has to remember it, and none can forget it.
 */
export interface AuditedCall {
  route: string
  person: Pick<Principal, 'username' | 'via'>
  ip: string
  /** Path parameters. */
  params: Readonly<Record<string, string>>
}

const calls = new AsyncLocalStorage<AuditedCall>()

export const duringCall = <Result>(call: AuditedCall, act: () => Promise<Result>): Promise<Result> =>
  calls.run(call, act)

/** Ids of the path, in their order: what the call was about. */
export const objectOf = (params: AuditedCall['params']): string | null => Object.values(params).join('/') || null

export const callEntry = ({ route, person, ip, params }: AuditedCall): AuditEntry => ({
  kind: `call.${route}`.slice(0, 64),
  actor: person.username,
  ip,
  object: objectOf(params),
  detail: { via: person.via },
})

/** Before each commit. */
export async function traceWrite({ tx, now }: Pick<Turn, 'tx' | 'now'>): Promise<void> {
  const call = calls.getStore()
  if (call && !isTold(tx)) await record(tx, now, callEntry(call))
}
