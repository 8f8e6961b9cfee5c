import type { Config } from '../../config/load.ts'
import { accountRoutes } from '../../contract/http/accounts.ts'
import type { AuditPort } from '../audit/journal.ts'
import { type Approvals, type BoundRoute, bind, type Principal, type Records, type Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { AccountActs } from './acts.ts'
import { hashPassword } from './password.ts'
import { rolesClash } from './policy.ts'
import { rolesOf } from './principal.ts'
import * as store from './repository.ts'
import type { Revoked } from './routes.ts'
import type { AccountRow } from './tables.ts'

export interface AccountRouteDeps {
  config: Pick<Config, 'site' | 'permissions' | 'accounts'>
  records: Records
  audit: AuditPort
  approvals: Approvals
  acts: AccountActs
  newId(): string
  randomToken(): string
  changed(who: Revoked): void
}

/** Length of a first password: what `randomToken` makes of so many bytes. */
const FIRST_PASSWORD_BYTES = 12

export function accountAdministration(deps: AccountRouteDeps): BoundRoute[] {
  const { config, records, audit, approvals, acts, changed } = deps
  const { site, permissions } = config
  const roleNames = (roles: readonly string[]): string =>
    roles.map((role) => permissions.roles[role]?.name ?? role).join('、')

  const checkRoles = (roles: readonly string[]): void => {
    const unknown = roles.filter((role) => !Object.hasOwn(permissions.roles, role))
    const fault = unknown.length > 0 ? `没有角色 ${unknown.join('、')}` : rolesClash(config.accounts, roles)
    if (fault) throw new Refusal('unprocessable', fault, [{ path: 'roles', message: fault }])
  }
  const found = async (turn: Turn, id: string, who: Principal): Promise<AccountRow> => {
    const account = await store.accountById(turn.tx, id)
    if (!account) throw new Refusal('not-found', '没有这个账号')
    if (account.id === who.id) throw new Refusal('same-person', '不能对自己的账号这样做，请由另一位管理员办理')
    return account
  }
  const subject = (account: Pick<AccountRow, 'username'>): string => account.username
  const trace = (turn: Turn, kind: string, who: Principal, ip: string, account: AccountRow, reason: string) =>
    audit.record(turn.tx, turn.now, { kind, actor: who.username, ip, object: account.username, detail: { reason } })

  return [
    bind(accountRoutes.create, async ({ body, person }) => {
      checkRoles(body.roles)
      const known = body.person === null ? undefined : site.people.find(({ id }) => id === body.person)
      if (body.person !== null && !known) throw new Refusal('unprocessable', '人员名单中没有此人')
      const initialPassword = body.source === 'local' ? deps.randomToken().slice(0, FIRST_PASSWORD_BYTES + 4) : null
      const password = initialPassword === null ? null : await hashPassword(initialPassword)
      const approvalId = await records.write(async (turn) => {
        if (await store.accountByName(turn.tx, body.username)) throw new Refusal('conflict', '已有同名账号')
        return approvals.propose(turn, acts.create, person, {
          subject: body.username,
          summary: `新建账号 ${body.username}（${body.name}），角色：${roleNames(body.roles)}`,
          reason: body.reason,
          payload: {
            id: known?.id ?? deps.newId(),
            username: body.username,
            name: body.name,
            roles: body.roles,
            department: body.department ?? known?.department ?? null,
            post:
              site.posts.find(({ id }) => id === known?.post)?.name ??
              permissions.roles[body.roles[0] ?? '']?.name ??
              body.name,
            source: body.source,
            password,
          },
        })
      })
      return { approvalId, initialPassword }
    }),
    bind(accountRoutes.roles, async ({ params, body, person }) => {
      checkRoles(body.roles)
      const approvalId = await records.write(async (turn) => {
        const account = await found(turn, params.id, person)
        return approvals.propose(turn, acts.roles, person, {
          subject: subject(account),
          summary: `${account.username}（${account.name}）的角色由 ${roleNames(rolesOf(account))} 改为 ${roleNames(body.roles)}`,
          reason: body.reason,
          payload: { accountId: account.id, roles: body.roles },
        })
      })
      return { approvalId }
    }),
    bind(accountRoutes.password, async ({ params, body, person }) => {
      const initialPassword = deps.randomToken().slice(0, FIRST_PASSWORD_BYTES + 4)
      const password = await hashPassword(initialPassword)
      const approvalId = await records.write(async (turn) => {
        const account = await found(turn, params.id, person)
        if (account.source === 'ldap') throw new Refusal('unprocessable', '此账号的口令在单位目录中，请到目录修改')
        return approvals.propose(turn, acts.password, person, {
          subject: subject(account),
          summary: `重置 ${account.username}（${account.name}）的口令`,
          reason: body.reason,
          payload: { accountId: account.id, password },
        })
      })
      return { approvalId, initialPassword }
    }),
    bind(accountRoutes.resetFactor, async ({ params, body, person }) => ({
      approvalId: await records.write(async (turn) => {
        const account = await found(turn, params.id, person)
        return approvals.propose(turn, acts.resetFactor, person, {
          subject: subject(account),
          summary: `清除 ${account.username}（${account.name}）的动态口令`,
          reason: body.reason,
          payload: { accountId: account.id },
        })
      }),
    })),
    bind(accountRoutes.enable, async ({ params, body, person }) => ({
      approvalId: await records.write(async (turn) => {
        const account = await found(turn, params.id, person)
        if (account.disabled === 0) throw new Refusal('conflict', '此账号没有停用')
        return approvals.propose(turn, acts.enable, person, {
          subject: subject(account),
          summary: `启用账号 ${account.username}（${account.name}）`,
          reason: body.reason,
          payload: { accountId: account.id },
        })
      }),
    })),
    bind(accountRoutes.disable, async ({ params, body, person, ip }) => {
      const account = await records.write(async (turn) => {
        const account = await found(turn, params.id, person)
        await store.changeAccount(turn.tx, account.id, { disabled: 1 })
        await store.dropSessionsOf(turn.tx, account.id, null)
        await trace(turn, 'account.disabled', person, ip, account, body.reason)
        return account
      })
      changed({ accountId: account.id, exceptSessionId: null })
      return undefined
    }),
    bind(accountRoutes.unlock, async ({ params, body, person, ip }) => {
      await records.write(async (turn) => {
        const account = await found(turn, params.id, person)
        await store.clearFailures(turn.tx, account.username)
        await trace(turn, 'account.unlocked', person, ip, account, body.reason)
      })
      return undefined
    }),
  ]
}
