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
): Principal {
  const roles = rolesOf(account)
  return {
    id: account.id,
    username: account.username,
    name: account.name,
    roles,
    department: account.department,
    post: account.post,
    permissions: permissionsOf(rules, roles),
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
