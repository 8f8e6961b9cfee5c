import type { Permissions } from '../../config/schema.ts'
import type { Principal } from '../feature.ts'
import type { AccountRow, WallKeyRow } from './tables.ts'

/** Words of all roles together; a role that the rules do not know grants nothing. */
export function permissionsOf(rules: Permissions, roles: readonly string[]): ReadonlySet<string> {
  return new Set(roles.flatMap((role) => rules.roles[role]?.grants ?? []))
}

export const rolesOf = (account: Pick<AccountRow, 'roles'>): string[] => JSON.parse(account.roles) as string[]

export function accountPrincipal(
  rules: Permissions,
  account: AccountRow,
  via: 'session' | 'token',
  sessionId: string | null,
  /** Only these of the account's permissions: a token's scope, or none until the sign-in is complete. */
  only?: readonly string[],
): Principal {
  const roles = rolesOf(account)
  const granted = permissionsOf(rules, roles)
  return {
    id: account.id,
    username: account.username,
    name: account.name,
    roles,
    department: account.department,
    post: account.post,
    permissions: only ? granted.intersection(new Set(only)) : granted,
    via,
    sessionId,
  }
}

/** A screen on the wall: it may look at the wall and nothing else. */
export const wallPrincipal = (key: WallKeyRow): Principal => ({
  id: `wall:${key.id}`,
  username: `wall:${key.id}`,
  name: key.label,
  roles: [],
  department: null,
  post: key.label,
  permissions: new Set(['wall.view']),
  via: 'wall-key',
  sessionId: null,
})
