import { z } from 'zod'
import type { Lock } from './shipped.ts'

/** config/supply.yaml: which licences what we ship may have. */
export const SupplyRules = z.strictObject({
  version: z.string().min(1),
  allow: z.array(z.string().min(1)).min(1),
  /** Of what is never shipped. */
  development: z.array(z.string().min(1)).default([]),
  exceptions: z
    .array(z.strictObject({ name: z.string().min(1), licence: z.string().min(1), reason: z.string().min(4) }))
    .default([]),
  audit: z.enum(['low', 'moderate', 'high', 'critical']).default('high'),
})
export type SupplyRules = z.output<typeof SupplyRules>

const Licence = z.object({
  license: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
  expression: z.string().optional(),
})
/** CycloneDX 1.5, as far as it is read here. */
export const Sbom = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      licenses: z.array(Licence).optional(),
    }),
  ),
})
export type Sbom = z.infer<typeof Sbom>
type Component = Sbom['components'][number]

export interface LicenceFinding {
  component: string
  licence: string
  why: 'no-licence' | 'not-allowed'
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** `name@version` of what the bundle leaves out. @param shipped folders that go into it */
export function notShipped(lock: Lock, shipped: readonly string[]): Set<string> {
  const named = (path: string) => `${nameOf(path)}@${lock[path]?.version}`
  // The same version may be needed for building, too.
  return new Set(Object.keys(lock).map(named)).difference(new Set(shipped.map(named)))
}

/** Several entries mean all of them. */
const expressionOf = ({ licenses = [] }: Component): string =>
  licenses
    .map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '')
    .filter((text) => text !== '')
    .map((text) => (licenses.length > 1 ? `(${text})` : text))
    .join(' AND ')

/** Every component whose licence is neither on the list nor a named exception. */
export function judgeLicences(
  { components }: Pick<Sbom, 'components'>,
  rules: SupplyRules,
  development: ReadonlySet<string>,
): LicenceFinding[] {
  return components.flatMap((component): LicenceFinding[] => {
    const named = `${component.name}@${component.version}`
    const allowed = new Set([...rules.allow, ...(development.has(named) ? rules.development : [])])
    const stated = expressionOf(component)
    const exception = rules.exceptions.find(({ name }) => name === component.name)
    const licence = stated || exception?.licence || ''
    if (licence === '') return [{ component: named, licence: '', why: 'no-licence' }]
    if (exception?.licence === licence || permits(licence, allowed)) return []
    return [{ component: named, licence, why: 'not-allowed' }]
  })
}

/** SPDX licence expression (SPDX 2.3, annex D): AND binds closer than OR; `WITH` belongs to its licence. */
export function permits(expression: string, allowed: ReadonlySet<string>): boolean {
  const tokens = expression.match(/\(|\)|[^\s()]+/g) ?? []
  let at = 0
  const or = (): boolean => {
    let found = and()
    while (tokens[at]?.toUpperCase() === 'OR') {
      at++
      // Both sides are read, whatever the first one says.
      const next = and()
      found = found || next
    }
    return found
  }
  const and = (): boolean => {
    let found = one()
    while (tokens[at]?.toUpperCase() === 'AND') {
      at++
      const next = one()
      found = found && next
    }
    return found
  }
  const one = (): boolean => {
    const token = tokens[at++]
    if (token === '(') {
      const inside = or()
      if (tokens[at++] !== ')') throw new SyntaxError(`许可证写法有误：${expression}`)
      return inside
    }
    if (token === undefined || token === ')') throw new SyntaxError(`许可证写法有误：${expression}`)
    if (tokens[at]?.toUpperCase() !== 'WITH') return allowed.has(token)
    at += 2
    return allowed.has(`${token} WITH ${tokens[at - 1]}`)
  }
  const found = or()
  if (at !== tokens.length) throw new SyntaxError(`许可证写法有误：${expression}`)
  return found
}

/** What is locked must stand in the SBOM; what another platform would install is optional. */
export function missingFrom(sbom: Pick<Sbom, 'components'>, lock: Lock): string[] {
  const known = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`))
  return Object.entries(lock).flatMap(([path, { version, optional, link }]) => {
    if (path === '' || optional || link || version === undefined) return []
    const named = `${nameOf(path)}@${version}`
    return known.has(named) ? [] : [named]
  })
}

const LEVELS = ['low', 'moderate', 'high', 'critical'] as const
const Audit = z.object({
  metadata: z.object({ vulnerabilities: z.record(z.string(), z.number()) }),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })),
})
export type AuditVerdict = { kind: 'unchecked'; why: string } | { kind: 'checked'; found: string[] }

/** What npm answered; anything but a report is no check. */
export function judgeAudit(answer: unknown, level: SupplyRules['audit']): AuditVerdict {
  const report = Audit.safeParse(answer)
  if (!report.success) {
    const { message } = (answer ?? {}) as { message?: unknown }
    return { kind: 'unchecked', why: typeof message === 'string' ? message.slice(0, 200) : '没有得到漏洞库的答复' }
  }
  const counted = new Set<string>(LEVELS.slice(LEVELS.indexOf(level)))
  const found = Object.entries(report.data.vulnerabilities).flatMap(([name, { severity }]) =>
    counted.has(severity) ? [`${name}（${severity}）`] : [],
  )
  return { kind: 'checked', found }
}
