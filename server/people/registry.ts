import type { Records, Turn } from '../feature.ts'
import { fingerprint } from './cookie.ts'
import { hashPassword } from './password.ts'
import {
  accountByName,
  changeAccount,
  dropSessionsOf,
  insertAccount,
  insertToken,
  insertWallKey,
  tokenByHash,
  wallKeyByHash,
} from './repository.ts'
import type { AccountRow } from './tables.ts'

export interface NewAccount {
  id: string
  username: string
  name: string
  roles: readonly string[]
  department: string | null
  post: string
  password: string | null
  mustChange: boolean
}

/** Creates the account, or gives the one of that name these roles and, if one is given, this password. */
export async function putAccount(records: Records, account: NewAccount): Promise<AccountRow> {
  const password = account.password === null ? null : await hashPassword(account.password)
  return records.write(async ({ tx, now }) => {
    const known = await accountByName(tx, account.username)
    const row = {
      name: account.name,
      roles: JSON.stringify(account.roles),
      department: account.department,
      post: account.post,
      must_change: account.mustChange ? 1 : 0,
    }
    if (known) {
      const change = password === null ? row : { ...row, password }
      await changeAccount(tx, known.id, change)
      if (password !== null) await dropSessionsOf(tx, known.id, null)
      return { ...known, ...change }
    }
    const created = { ...row, id: account.id, username: account.username, password, disabled: 0, created_at: now }
    await insertAccount(tx, created)
    return created
  })
}

export interface NewSecret {
  id: string
  secret: string
  label: string
  /** Of a token: the only permissions it carries. */
  scopes?: readonly string[] | null
  /** Of a wall key: the first screen takes it for itself. */
  bind?: boolean
}

export const putToken = (
  { tx, now }: Pick<Turn, 'tx' | 'now'>,
  accountId: string,
  { id, secret, label, scopes }: NewSecret,
  expiresAt: number | null,
): Promise<void> =>
  insertToken(tx, {
    id,
    hash: fingerprint(secret),
    account_id: accountId,
    label,
    created_at: now,
    expires_at: expiresAt,
    scopes: scopes ? JSON.stringify(scopes) : null,
  })

export const putWallKey = (
  { tx, now }: Pick<Turn, 'tx' | 'now'>,
  { id, secret, label, bind }: NewSecret,
  screen: string | null,
): Promise<void> =>
  insertWallKey(tx, {
    id,
    hash: fingerprint(secret),
    label,
    screen,
    created_at: now,
    seen_at: null,
    binding: bind ? 'device' : null,
  })

/** An account of the demo as demo.json lists it, with the person of site.yaml behind it. */
export interface DemoAccount extends Omit<NewAccount, 'mustChange'> {
  token: string
}

/**
 * Makes the accounts and the wall key of demo.json good. The token tells whether it was done before: a start on the
 * same data folder hashes nothing.
 */
export async function ensureDemo(
  records: Records,
  accounts: readonly DemoAccount[],
  wallKey: string,
  newId: () => string,
): Promise<void> {
  for (const account of accounts) {
    if (await tokenByHash(records.read, fingerprint(account.token))) continue
    const { id } = await putAccount(records, { ...account, mustChange: false })
    await records.write(async (turn) => {
      // Another of several servers may have begun on the same office.
      if (await tokenByHash(turn.tx, fingerprint(account.token))) return
      await putToken(turn, id, { id: newId(), secret: account.token, label: '演示令牌' }, null)
    })
  }
  if (await wallKeyByHash(records.read, fingerprint(wallKey))) return
  await records.write(async (turn) => {
    if (await wallKeyByHash(turn.tx, fingerprint(wallKey))) return
    await putWallKey(turn, { id: newId(), secret: wallKey, label: '演示大屏' }, null)
  })
}
