import { z } from 'zod'
import { SEVERITIES } from '../contract/severity.ts'
import type { ConfigIssue, Located } from './load.ts'
import type { Permissions, Site } from './schema.ts'

/** rules/duty.yaml: fire drills of the alert path, and the handover of shifts. */
export const DutyRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  drill: z.strictObject({
    /** Role whose desk the reminder goes to. */
    role: z.string(),
    /** A drill leaves the screens after so many seconds, whatever happens. */
    lastsS: z.int().min(20).max(900),
    /** From this day of the month on a month without a drill is asked for. */
    remindFromDay: z.int().min(1).max(28),
    /** What may be played; the first is offered. */
    scenes: z
      .array(
        z.strictObject({
          id: z.string().regex(/^[a-z0-9-]{1,40}$/),
          title: z.string().min(2).max(40),
          severity: z.enum(SEVERITIES),
          next: z.string().min(2).max(50),
        }),
      )
      .min(1),
  }),
  handover: z.strictObject({
    role: z.string(),
    /** Minutes after the change of shift until an unsigned sheet is asked for. */
    graceMin: z.int().min(0).max(240),
  }),
})
export type DutyRules = z.infer<typeof DutyRules>

/** Roles must exist; a handover needs shifts to hand over. */
export function checkDuty(
  duty: Located<DutyRules>,
  permissions: Located<Permissions>,
  site: Located<Site>,
): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const complain = (path: PropertyKey[], message: string) =>
    issues.push({ file: duty.file, line: duty.lineOf(path), path: path.join('.'), message })
  for (const part of ['drill', 'handover'] as const)
    if (!permissions.value.roles[duty.value[part].role]) complain([part, 'role'], `没有角色 “${duty.value[part].role}”`)
  const seen = new Set<string>()
  duty.value.drill.scenes.forEach(({ id }, at) => {
    if (seen.has(id)) complain(['drill', 'scenes', at, 'id'], `“${id}” 重复`)
    seen.add(id)
  })
  const names = site.value.shifts.map(({ name }) => name)
  names.forEach((name, at) => {
    if (names.indexOf(name) !== at)
      issues.push({
        file: site.file,
        line: site.lineOf(['shifts', at]),
        path: 'shifts',
        message: `班次 “${name}” 重复`,
      })
  })
  return issues
}
