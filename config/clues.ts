import { z } from 'zod'
import { conditionIssues, Group, TOPIC_PERMISSIONS, Topic } from '../contract/sharing/conditions.ts'
import type { ConfigIssue, Located } from './load.ts'

/** rules/clues.yaml: how long a subscription may live, whom one may ask, and how a hit becomes a kind of clue. */
export const ClueRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  subscription: z.strictObject({
    /** Longest life in days from today; then it must be asked for anew. */
    maxDays: z.int().min(1).max(366),
    /** More hits of one subscription on a day open no task each, but one that says so. */
    tasksPerDay: z.int().min(1).max(500),
    /** Offered when a subscription is written; free text is possible. */
    bases: z.array(z.string().min(4)).min(1),
    /** Roles that may be asked; they must be able to open every record of the topic. */
    ask: z.record(Topic, z.array(z.string()).min(1)),
  }),
  usefulness: z.strictObject({
    days: z.int().positive(),
    /** Fewer decisions than that give no rate. */
    least: z.int().min(1),
  }),
  /** All that hold are told; the first one names the clue. */
  rules: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z0-9-]+$/),
      name: z.string().min(2),
      topic: Topic,
      level: z.enum(['grave', 'ordinary']),
      when: Group,
      /** Why it is such a clue, with the basis. */
      why: z.string().min(2),
      /** Next step in words; a suggestion. */
      next: z.string().min(2),
    }),
  ),
  otherwise: z.strictObject({ name: z.string(), why: z.string(), next: z.string() }),
})
export type ClueRules = z.output<typeof ClueRules>

/** Conditions that fit their topic; roles that exist and may open what they are asked about. */
export function checkClues(
  clues: Located<ClueRules>,
  permissions: { value: { roles: Readonly<Record<string, { grants: readonly string[] }>> } },
): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const complain = (path: PropertyKey[], message: string) =>
    issues.push({ file: clues.file, line: clues.lineOf(path), path: path.join('.'), message })
  const { rules, subscription } = clues.value
  const ids = new Set<string>()
  rules.forEach((rule, n) => {
    if (ids.has(rule.id)) complain(['rules', n, 'id'], `规则编号 “${rule.id}” 重复`)
    ids.add(rule.id)
    for (const { path, message } of conditionIssues(rule.topic, rule.when))
      complain(['rules', n, 'when', ...path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))], message)
  })
  for (const [topic, roles] of Object.entries(subscription.ask))
    roles.forEach((role, n) => {
      const grants = permissions.value.roles[role]?.grants
      const wide = TOPIC_PERMISSIONS[topic as Topic][0] ?? ''
      if (!grants) complain(['subscription', 'ask', topic, n], `permissions.yaml 没有角色 “${role}”`)
      else if (!grants.includes(wide) || !grants.includes('sharing.subscribe'))
        complain(
          ['subscription', 'ask', topic, n],
          `角色 “${role}” 无权打开被询问的记录（须有 ${wide} 与 sharing.subscribe）`,
        )
    })
  return issues
}
