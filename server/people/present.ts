import type { z } from 'zod'
import type { Account, Token, WallKey } from '../../contract/http/people.ts'
import { rolesOf } from './principal.ts'
import type { AccountRow, TokenRow, WallKeyRow } from './tables.ts'

/** Each field that may leave is named here; hashes never do. */
export const presentAccount = (row: AccountRow, lockedUntil: number | null): Account => ({
  id: row.id,
  username: row.username,
  name: row.name,
  roles: rolesOf(row),
  department: row.department,
  post: row.post,
  disabled: row.disabled !== 0,
  source: row.source === 'ldap' ? 'ldap' : 'local',
  lockedUntil,
  createdAt: row.created_at,
})
export const presentToken = (row: TokenRow): z.infer<typeof Token> => ({
  id: row.id,
  label: row.label,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  scopes: row.scopes ? (JSON.parse(row.scopes) as string[]) : null,
})
export const presentWallKey = (row: WallKeyRow): z.infer<typeof WallKey> => ({
  id: row.id,
  label: row.label,
  screen: row.screen,
  createdAt: row.created_at,
  lastSeenAt: row.seen_at,
  binding: row.device_hash ? 'bound' : row.binding === 'device' ? 'device' : 'open',
})
