import type { RedactionRules } from '../../config/redaction.ts'
import type { DocumentKind, Leftover, Party } from '../../contract/http/disclosure.ts'
import type { SecondReading } from './files/model.ts'
import { findAll } from './redact/engine.ts'

/** Names and numbers for which there is no tolerance: no person may let them stand. */
export const NEVER_SHOWN: ReadonlySet<string> = new Set([
  'name',
  'id-card',
  'phone',
  'bank-card',
  'long-number',
  'passport',
])

/**
 * What a second reading of an exported file still shows. `allowed`: words whose mask a person took off, with a reason.
 * Empty = the file may go on.
 */
export function leftoversOf(
  rules: RedactionRules,
  reading: SecondReading,
  about: { parties: readonly Party[]; documentKind: DocumentKind },
  allowed: ReadonlySet<string> = new Set(),
): Leftover[] {
  const found = new Map<string, Leftover>(reading.forbidden.map((one) => [`${one.where} ${one.kind}`, { ...one }]))
  for (const { where, text, look } of reading.parts)
    for (const { kind, start, end } of findAll(rules, { text, ...about })) {
      if (look === 'names' && kind !== 'name') continue
      if (!NEVER_SHOWN.has(kind) && allowed.has(text.slice(start, end).replaceAll(/\s/g, ''))) continue
      const key = `${where} ${kind}`
      const known = found.get(key)
      if (known) known.count++
      else found.set(key, { where, kind, count: 1 })
    }
  return [...found.values()]
}
