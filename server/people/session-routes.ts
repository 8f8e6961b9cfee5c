import { accountRoutes } from '../../contract/http/accounts.ts'
import type { AuditPort } from '../audit/journal.ts'
import { type BoundRoute, bind, type Principal, type Records } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { SecondFactors } from './factors.ts'
import { ABSOLUTE_MS, IDLE_MS } from './lockout.ts'
import type { LoginDesk } from './login.ts'
import * as store from './repository.ts'
import type { Revoked } from './routes.ts'

export interface SessionRouteDeps {
  records: Records
  audit: AuditPort
  factors: SecondFactors
  desk: Pick<LoginDesk, 'proveAgain'>
  changed(who: Revoked): void
}

/** Where somebody is signed in, and the second factor. */
export function sessionRoutes({ records, audit, factors, desk, changed }: SessionRouteDeps): BoundRoute[] {
  const listed = async (accountId: string, person: Principal, now: number) => ({
    items: (await store.sessionsOf(records.read, accountId))
      .filter((row) => now - row.created_at < ABSOLUTE_MS && now - row.seen_at < IDLE_MS)
      .map((row) => ({
        id: row.id,
        createdAt: row.created_at,
        seenAt: row.seen_at,
        ip: row.ip,
        own: row.id === person.sessionId,
      })),
  })
  const end = async (accountId: string, sessionId: string, person: Principal, ip: string): Promise<void> => {
    await records.write(async ({ tx, now }) => {
      const owned = await store.sessionById(tx, sessionId)
      if (owned?.account_id !== accountId) throw new Refusal('not-found', '没有这个会话，或已结束')
      await store.dropSession(tx, sessionId)
      await audit.record(tx, now, { kind: 'session.ended', actor: person.username, ip, object: accountId, detail: {} })
    })
    changed({ sessionId })
  }
  /** A token or a wall's key has no second factor of its own. */
  const signedIn = (person: Principal): { id: string; username: string } => {
    if (person.via !== 'session') throw new Refusal('forbidden', '请以用户名和口令登录后设置')
    return person
  }
  return [
    bind(accountRoutes.mySessions, ({ person, now }) => listed(person.id, person, now)),
    bind(accountRoutes.endMySession, async ({ params, person, ip }) => {
      await end(person.id, params.id, person, ip)
      return undefined
    }),
    bind(accountRoutes.sessions, ({ params, person, now }) => listed(params.id, person, now)),
    bind(accountRoutes.endSession, async ({ params, person, ip }) => {
      await end(params.id, params.session, person, ip)
      return undefined
    }),
    bind(accountRoutes.beginFactor, ({ person }) => factors.begin(signedIn(person))),
    bind(accountRoutes.confirmFactor, async ({ body, person }) => ({
      recovery: await factors.confirm(signedIn(person).id, body.code),
    })),
    bind(accountRoutes.removeFactor, async ({ body, person, ip }) => {
      const { id, username } = signedIn(person)
      if ((await factors.state(id)) !== 'on') throw new Refusal('conflict', '没有启用动态口令')
      const isRight = async () => (await factors.prove(id, body.code)) === 'proved'
      if (!(await desk.proveAgain({ username, ip }, isRight)))
        throw new Refusal('bad-input', undefined, [{ path: 'code', message: '动态口令不对，或已经用过' }])
      await factors.drop(person.id)
      return undefined
    }),
  ]
}
