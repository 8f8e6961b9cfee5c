import { z } from 'zod'
import type { ConfigIssue, Located } from './load.ts'

/** rules/accounts.yaml: how people prove who they are (GB/T 22239-2019 8.1.4.1; domain.md F.5). */
export const AccountRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  password: z.strictObject({
    /** Must be changed after so many days; 0 = never by time alone. */
    maxDays: z.int().min(0).max(3650).default(90),
    /** The last so many may not come back. */
    history: z.int().min(0).max(24).default(5),
    /** Words that no password may be, whatever their case. */
    common: z.array(z.string().min(1)).default([]),
  }),
  secondFactor: z.strictObject({
    /** Who must have one: without it they can only set it up. */
    requiredRoles: z.array(z.string()).default([]),
    /** Steps of 30 s that a clock may be off, each way. */
    window: z.int().min(0).max(3).default(1),
    recoveryCodes: z.int().min(0).max(20).default(10),
  }),
  /** Of these roles nobody holds two: 三员分立. */
  apart: z.array(z.array(z.string()).min(2)).default([]),
  proposals: z.strictObject({ hours: z.number().positive().default(72) }).prefault({}),
})
export type AccountRules = z.output<typeof AccountRules>

/** Roles that permissions.yaml does not know. */
export function checkAccounts(
  accounts: Located<AccountRules>,
  permissions: { value: { roles: Readonly<Record<string, unknown>> } },
): ConfigIssue[] {
  const { apart, secondFactor } = accounts.value
  const named: [PropertyKey[], string][] = [
    ...apart.flatMap((group, at) => group.map((role, n): [PropertyKey[], string] => [['apart', at, n], role])),
    ...secondFactor.requiredRoles.map((role, n): [PropertyKey[], string] => [
      ['secondFactor', 'requiredRoles', n],
      role,
    ]),
  ]
  return named.flatMap(([path, role]) =>
    Object.hasOwn(permissions.value.roles, role)
      ? []
      : [
          {
            file: accounts.file,
            line: accounts.lineOf(path),
            path: path.join('.'),
            message: `permissions.yaml 没有角色 “${role}”`,
          },
        ],
  )
}
