import { z } from 'zod'
import type { ConfigIssue, Located } from './load.ts'

/** rules/mediations.yaml: who may mediate, what may not be mediated, what parties are told, how outsiders get in. */
const id = z.string().regex(/^[a-z][a-z0-9-]*$/, '只能用小写字母、数字和连字符')
const Named = z.strictObject({ id, name: z.string().min(1) })

/** Somebody outside the office; a member of staff sits beside and works the desk. */
const OutsideMediator = z.strictObject({
  id,
  name: z.string().min(1),
  kind: z.enum(['people-mediator', 'lawyer', 'supervisor']),
  org: z.string().min(1),
})
export const MediationRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  /** Kinds of dispute; `path`: what gives an agreement its force. */
  kinds: z
    .array(z.strictObject({ id, name: z.string(), path: z.enum(['judicial-confirmation', 'criminal-settlement']) }))
    .min(1),
  /** Any of these and there is no mediation. */
  exclusions: z.array(Named.extend({ basis: z.string() })).min(1),
  identity: z.array(Named.extend({ lawyer: z.boolean().default(false) })).min(1),
  failures: z.array(Named).min(1),
  /** Roles of site.yaml whose holders may mediate or host. */
  staff: z.array(z.string()).min(1),
  mediators: z.array(OutsideMediator),
  /** Read and confirmed by each party before the session. */
  rights: z.array(z.string().min(4)).min(1),
  access: z.strictObject({
    /** Until when the link may be opened, and how long a phone stays in afterwards. */
    linkHours: z.int().min(1).max(720),
    sessionHours: z.int().min(1).max(720),
    codeDigits: z.int().min(6).max(10),
    failures: z.int().min(1).max(10),
    /** Wrong codes from one address within ten minutes. */
    addressFailures: z.int().min(5).max(1000),
  }),
  files: z.strictObject({ bytes: z.int().min(1).max(16_777_216), count: z.int().min(1).max(500) }),
  /** Hosts that a meeting link may lead to; `*.` in front covers what lies below. */
  video: z.strictObject({ hosts: z.array(z.string().min(3)) }),
  /** Ids of deadline rules, and how many days before the end a task says so. */
  deadlines: z.strictObject({ term: z.string(), confirmation: z.string() }),
  remindDays: z.int().min(1).max(30),
  signing: z.strictObject({ algorithm: z.enum(['rsa-pss', 'ed25519', 'sm2']) }),
})
export type MediationRules = z.output<typeof MediationRules>

export function checkMediations(
  mediations: Located<MediationRules>,
  deadlines: { value: { rules: readonly { id: string }[] } },
  permissions: { value: { roles: Readonly<Record<string, unknown>> } },
): ConfigIssue[] {
  const { deadlines: used, staff } = mediations.value
  const issues: ConfigIssue[] = []
  const complain = (path: PropertyKey[], message: string) =>
    issues.push({ file: mediations.file, line: mediations.lineOf(path), path: path.join('.'), message })
  for (const key of ['term', 'confirmation'] as const)
    if (!deadlines.value.rules.some((rule) => rule.id === used[key]))
      complain(['deadlines', key], `deadlines.yaml 没有规则 “${used[key]}”`)
  staff.forEach((role, at) => {
    if (!(role in permissions.value.roles)) complain(['staff', at], `permissions.yaml 没有岗位 “${role}”`)
  })
  return issues
}
