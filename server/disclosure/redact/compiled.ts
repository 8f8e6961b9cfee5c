import type { PatternRule, RedactionRules } from '../../../config/redaction.ts'
import { aliasPattern } from './names.ts'
import type { CompiledNumber } from './numbers.ts'

/** The rule file made ready, once. */
export interface Compiled {
  numbers: readonly CompiledNumber[]
  patterns: readonly (PatternRule & { regex: RegExp })[]
  caseNumber: RegExp
  alias: RegExp
  official: RegExp
}

const known = new WeakMap<RedactionRules, Compiled>()

export function compiled(rules: RedactionRules): Compiled {
  let ready = known.get(rules)
  if (!ready) {
    const titles = [...rules.officials].sort((a, b) => b.length - a.length).join('|')
    ready = {
      numbers: rules.numbers.map((rule) => ({ ...rule, regex: new RegExp(rule.shape, 'u') })),
      patterns: rules.patterns.map((rule) => ({ ...rule, regex: new RegExp(rule.pattern, 'dgu') })),
      caseNumber: new RegExp(rules.caseNumber, 'gu'),
      alias: new RegExp(aliasPattern(rules), 'gu'),
      // A whole name: up to the end of the line, a stop, or the verb of the sentence.
      official: new RegExp(
        `(?:${titles})[：:\\s]*((?:\\p{Script=Han}[ \\u3000]*){2,4}?)(?=\\s*(?:$|[\\n，。；、,;）)]|出庭|担任|审查|办理|提起|记录|独任))`,
        'gmu',
      ),
    }
    known.set(rules, ready)
  }
  return ready
}
