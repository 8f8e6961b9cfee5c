import type { RedactionRules } from '../../config/redaction.ts'
import type { DisclosureSides, DocumentKind, Party, Replacement } from '../../contract/http/disclosure.ts'
import { namesIn, staysNamed } from './redact/names.ts'
import { overlaps } from './redact/spans.ts'

/**
 * What the machine does not mask but a person should look at: a given name alone, and somebody who is called witness or
 * victim without standing in the party list.
 */
export function hintsOf(
  rules: RedactionRules,
  text: string,
  about: { parties: readonly Party[]; documentKind: DocumentKind },
  masks: readonly Replacement[],
): DisclosureSides['hints'] {
  const stay = staysNamed(rules, about.documentKind, about.parties)
  const names = about.parties.flatMap(({ name }) => namesIn(name))
  const hints: DisclosureSides['hints'] = []
  const note = (start: number, end: number, why: string) => {
    if (!overlaps(masks, start, end)) hints.push({ start, end, text: text.slice(start, end), why })
  }
  for (const name of names) {
    if (stay.has(name) || !/^\p{Script=Han}{3,4}$/u.test(name)) continue
    const given = rules.compoundSurnames.includes(name.slice(0, 2)) ? name.slice(2) : name.slice(1)
    if (given.length < 2) continue
    for (let at = text.indexOf(given); at >= 0; at = text.indexOf(given, at + 1))
      note(at, at + given.length, '与一名当事人的名字相同')
  }
  const called =
    /(?:被害人|证人|同案人|犯罪嫌疑人|被告人|监护人|法定代理人)(\p{Script=Han}{2,3})(?=[、，。；（(]|的|系|均|也|在|向|与|和|等|到|于|将|陈述|证实|证言|证明)/dgu
  for (const found of text.matchAll(called)) {
    const [, name = ''] = found
    const [start = 0, end = 0] = found.indices?.[1] ?? []
    if (names.some((one) => one.includes(name) || name.includes(one)) || name.includes(rules.alias.mark)) continue
    note(start, end, '称谓之后的姓名不在当事人名单中')
  }
  return hints.sort((a, b) => a.start - b.start).slice(0, 200)
}
