import { z } from 'zod'
import { ExchangeKind } from '../contract/http/sharing-exchange.ts'
import type { ConfigIssue, Located } from './load.ts'

const id = z.string().regex(/^[a-z][a-zA-Z0-9-]*$/, '以小写字母开头，只用字母、数字与连字符')
/** rules/exchange.yaml: units that give and take, and the standards of what is given and taken. */
export const ExchangeRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  units: z
    .array(
      z.strictObject({
        id,
        name: z.string().min(2),
        /** Only these accounts give in its name; besides them who holds exchange.write. */
        accounts: z.array(z.string()).default([]),
      }),
    )
    .min(1),
  standards: z.array(
    z.strictObject({
      id,
      name: z.string().min(2),
      version: z.string().min(1).max(20),
      direction: z.enum(['in', 'out']),
      /** Fields that together name one record. */
      key: z.array(id).min(1),
      /** Without a file for that long the data count as stale. */
      staleDays: z.int().positive().default(7),
      fields: z
        .array(
          z.strictObject({
            id,
            name: z.string().min(1),
            kind: ExchangeKind,
            required: z.boolean().default(false),
            options: z.array(z.string()).default([]),
          }),
        )
        .min(1),
    }),
  ),
})
export type ExchangeRules = z.output<typeof ExchangeRules>
export type ExchangeStandard = ExchangeRules['standards'][number]

/** Every id once, keys that exist and are required, choices with options. */
export function checkExchange({ file, value, lineOf }: Located<ExchangeRules>): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const complain = (path: PropertyKey[], message: string) =>
    issues.push({ file, line: lineOf(path), path: path.join('.'), message })
  const once = (ids: readonly string[], path: PropertyKey[]) => {
    for (const one of new Set(ids.filter((each, n) => ids.indexOf(each) !== n))) complain(path, `编号 “${one}” 重复`)
  }
  once(
    value.units.map((unit) => unit.id),
    ['units'],
  )
  once(
    value.standards.map((standard) => standard.id),
    ['standards'],
  )
  value.standards.forEach((standard, n) => {
    once(
      standard.fields.map((field) => field.id),
      ['standards', n, 'fields'],
    )
    for (const key of standard.key)
      if (!standard.fields.some((field) => field.id === key && field.required))
        complain(['standards', n, 'key'], `主键 “${key}” 须是本标准的必填字段`)
    standard.fields.forEach((field, m) => {
      if (field.kind === 'choice' && field.options.length === 0)
        complain(['standards', n, 'fields', m], `选项字段 “${field.id}” 没有列出选项`)
    })
  })
  return issues
}
