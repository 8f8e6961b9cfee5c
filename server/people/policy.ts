import type { AccountRules } from '../../config/accounts.ts'
import { verifyPassword } from './password.ts'

/** Which roles and passwords may be: pure but for the hash function. A refusal comes back as the sentence to show. */

/** 三员分立: why nobody may hold these roles together; undefined = they may. */
export function rolesClash({ apart }: Pick<AccountRules, 'apart'>, roles: readonly string[]): string | undefined {
  const clash = apart.map((group) => group.filter((role) => roles.includes(role))).find((held) => held.length > 1)
  return clash && `三员分立：${clash.join('、')} 不能由同一人兼任`
}

const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s/g, '')

/** Why a password may not be taken; undefined = it may. @param former hashes of the last ones, newest first */
export async function passwordFault(
  rules: AccountRules['password'],
  wanted: string,
  whose: { username: string; name: string; former: readonly string[] },
): Promise<string | undefined> {
  const text = plain(wanted)
  if (text.includes(plain(whose.username)) || text.includes(plain(whose.name))) return '口令不能包含用户名或姓名'
  if (new Set(text).size < 4) return '口令不能只由几个相同的字符组成'
  if (rules.common.some((word) => text === plain(word))) return '这是常见口令，请换一个'
  for (const hash of whose.former.slice(0, rules.history))
    if (await verifyPassword(wanted, hash)) return `不能使用最近 ${rules.history} 次用过的口令`
  return undefined
}

const DAY_MS = 86_400_000
/** Time alone makes a password old (domain.md F.5: 90 days). */
export const passwordIsOld = (rules: AccountRules['password'], changedMs: number, now: number): boolean =>
  rules.maxDays > 0 && now - changedMs >= rules.maxDays * DAY_MS
