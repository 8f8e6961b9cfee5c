import { z } from 'zod'
import type { AccountRules } from '../../config/accounts.ts'
import type { Permissions } from '../../config/schema.ts'
import type { DangerousAct } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { dropFactor, notePassword } from './account-repository.ts'
import * as store from './repository.ts'
import type { Revoked } from './routes.ts'

/** What gives rights or lets somebody in: proposed by one administrator, done by the approval of the other. */
const HOUR_MS = 3_600_000
const roles = z.array(z.string())
const Created = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  roles,
  department: z.string().nullable(),
  post: z.string(),
  source: z.enum(['local', 'ldap']),
  /** Hash: the proposer alone has seen the password. */
  password: z.string().nullable(),
})
const OfAccount = z.object({ accountId: z.string() })

export interface ActDeps {
  rules: AccountRules
  permissions: Permissions
  /** Rights have changed: forget what was looked up and cut what is open. */
  changed(who: Revoked): void
}

export function accountActs({ rules, changed }: ActDeps) {
  const act = <Payload>(
    kind: string,
    name: string,
    approve: 'people.manage' | 'people.create',
    payload: z.ZodType<Payload>,
    perform: DangerousAct<Payload>['perform'],
  ): DangerousAct<Payload> => ({ kind, name, approve, ttlMs: rules.proposals.hours * HOUR_MS, payload, perform })
  /** After the commit: what was open in the old rights ends. */
  const cut = (accountId: string) => () => changed({ accountId, exceptSessionId: null })

  return {
    create: act('people.create', '新建账号', 'people.manage', Created, async (turn, { roles, source, ...account }) => {
      if (await store.accountByName(turn.tx, account.username)) throw new Refusal('conflict', '已有同名账号')
      if (await store.accountById(turn.tx, account.id)) throw new Refusal('conflict', '此人已有账号')
      await store.insertAccount(turn.tx, {
        ...account,
        roles: JSON.stringify(roles),
        disabled: 0,
        must_change: source === 'local' ? 1 : 0,
        created_at: turn.now,
        source: source === 'ldap' ? 'ldap' : null,
      })
      if (account.password) await notePassword(turn.tx, account.id, turn.now, account.password)
    }),
    roles: act('people.roles', '变更角色', 'people.create', OfAccount.extend({ roles }), async (turn, payload) => {
      await store.changeAccount(turn.tx, payload.accountId, { roles: JSON.stringify(payload.roles) })
      turn.afterCommit(cut(payload.accountId))
    }),
    password: act(
      'people.password',
      '重置口令',
      'people.manage',
      OfAccount.extend({ password: z.string() }),
      async (turn, { accountId, password }) => {
        await store.changeAccount(turn.tx, accountId, { password, must_change: 1 })
        await notePassword(turn.tx, accountId, turn.now, password)
        await store.dropSessionsOf(turn.tx, accountId, null)
        turn.afterCommit(cut(accountId))
      },
    ),
    resetFactor: act('people.factor', '清除动态口令', 'people.create', OfAccount, async (turn, { accountId }) => {
      await dropFactor(turn.tx, accountId)
      await store.dropSessionsOf(turn.tx, accountId, null)
      turn.afterCommit(cut(accountId))
    }),
    enable: act('people.enable', '启用账号', 'people.create', OfAccount, async (turn, { accountId }) => {
      await store.changeAccount(turn.tx, accountId, { disabled: 0 })
      turn.afterCommit(cut(accountId))
    }),
  }
}
export type AccountActs = ReturnType<typeof accountActs>
