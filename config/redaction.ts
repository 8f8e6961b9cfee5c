import { z } from 'zod'
import { DOCUMENT_KINDS, PARTY_ROLES } from '../contract/http/disclosure.ts'
import type { ConfigIssue, Located } from './load.ts'

/** rules/redaction.yaml: what is hidden in a document before it is published, and how (domain.md E). */
const pattern = z.string().refine(
  (text) => {
    try {
      return new RegExp(text, 'gu') !== null
    } catch {
      return false
    }
  },
  { error: '不是有效的正则表达式' },
)

const kindId = z.string().regex(/^[a-z][a-z-]*$/, '只能用小写字母和连字符')

/** A number of groups of digits, with whatever an OCR put between them. */
export const NumberRule = z.strictObject({
  kind: kindId,
  name: z.string(),
  /** Over the digits alone, `X` included. */
  shape: pattern,
  /** What raises confidence; the bare shape is masked all the same when the digits stand together. */
  check: z.enum(['gb11643', 'luhn', 'none']),
  /** Digits in several groups: `any` grouping will do, or the check digit or a plausible birth date must agree. */
  apart: z.enum(['any', 'check', 'date18', 'date15', 'never']),
})
export type NumberRule = z.output<typeof NumberRule>

export const PatternRule = z.strictObject({
  kind: kindId,
  name: z.string(),
  /** `tight`: blanks and line breaks are taken out first; `plain`: the text as it stands, full-width folded. */
  view: z.enum(['tight', 'plain']),
  /** The group `hide` is what goes, else the whole match. */
  pattern,
  /** `{mask}` is the mask; `$<name>` a named group. */
  replacement: z.string().default('{mask}'),
  /** `minor`: only where a party is a minor; `victim`: only in paragraphs that name a victim or a minor. */
  scope: z.enum(['all', 'minor', 'victim']).default('all'),
  /** Also inside what looks like a case number (property certificates do). */
  overCaseNumbers: z.boolean().default(false),
})
export type PatternRule = z.output<typeof PatternRule>

export const RedactionRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  mask: z.string().min(1),
  /** Whose name stays, by kind of document; never a minor's. */
  keepNames: z.record(z.enum(DOCUMENT_KINDS), z.array(z.enum(PARTY_ROLES))),
  alias: z.strictObject({ mark: z.string().length(1), series: z.string().min(2) }),
  compoundSurnames: z.array(z.string().length(2)),
  /** What stands before names that stay: a longer name of an office-holder is not cut by a party's shorter one. */
  officials: z.array(z.string().min(2)),
  caseNumber: pattern,
  numbers: z.array(NumberRule).min(1),
  patterns: z.array(PatternRule).min(1),
})
export type RedactionRules = z.output<typeof RedactionRules>

/** When a document may be published at all. */
const Ready = z.enum(['effective-judgment', 'served', 'answered'])
/** rules/disclosure.yaml: which documents, which grounds against, by when. */
export const DisclosureRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  types: z.array(z.strictObject({ id: kindId, name: z.string(), kind: z.enum(DOCUMENT_KINDS), ready: Ready })).min(1),
  /** 不公开 grounds; `absolute` ones leave no choice. */
  grounds: z.array(z.strictObject({ id: kindId, name: z.string(), absolute: z.boolean() })).min(1),
  /** The ground that a minor among the accused brings by itself. */
  minorGround: kindId,
  /** Ids of deadline rules. */
  deadlines: z.strictObject({ submit: z.string(), publish: z.string() }),
})
export type DisclosureRules = z.output<typeof DisclosureRules>

/** What disclosure.yaml says of itself and of the deadlines: references that lead nowhere. */
export function checkDisclosure(
  disclosure: Located<DisclosureRules>,
  deadlines: { value: { rules: readonly { id: string }[] } },
): ConfigIssue[] {
  const { grounds, minorGround, deadlines: used } = disclosure.value
  const issues: ConfigIssue[] = []
  const complain = (path: PropertyKey[], message: string) =>
    issues.push({ file: disclosure.file, line: disclosure.lineOf(path), path: path.join('.'), message })
  if (!grounds.some(({ id }) => id === minorGround)) complain(['minorGround'], `grounds 中没有 “${minorGround}”`)
  for (const key of ['submit', 'publish'] as const)
    if (!deadlines.value.rules.some(({ id }) => id === used[key]))
      complain(['deadlines', key], `deadlines.yaml 没有规则 “${used[key]}”`)
  return issues
}
