import type { RedactionRules } from '../../../config/redaction.ts'
import type { DocumentKind, Party, PartyRole } from '../../../contract/http/disclosure.ts'
import { plainView, tightView } from './view.ts'

/** A person whose name goes: all the ways it is written, and the one alias it becomes. */
export interface HiddenPerson {
  /** As a tight view shows them, longest first. */
  forms: readonly string[]
  alias: string
  /** A victim or a minor: stricter rules in paragraphs that name them. */
  strict: boolean
}

const tight = (text: string): string => tightView(plainView(text)).text
const HAN = /^[\p{Script=Han}〇○·]+$/u

/** `张三（曾用名：张四）` are two names of one person. */
export const namesIn = (text: string): string[] =>
  plainView(text)
    .split(/[()（）[\]【】/、，,;；]|(?:曾用名|又名|别名|化名|绰号|外号|英文名)[:：]?/)
    .map((part) => part.trim())
    .filter((part) => tight(part).length >= 2)

/** Does this party's name stay? Never a minor's; a role that must be hidden wins over one that may be kept. */
export function staysNamed(rules: RedactionRules, kind: DocumentKind, parties: readonly Party[]): Set<string> {
  const keep = new Set<PartyRole>(rules.keepNames[kind] ?? [])
  const stay = new Set<string>()
  const hide = new Set<string>()
  for (const { name, role, minor } of parties)
    for (const one of namesIn(name).map(tight)) {
      if (minor) hide.add(one)
      else if (keep.has(role)) stay.add(one)
      // The suspect of the investigation is the defendant of the trial: the same person twice in one list.
      else if (role !== 'suspect') hide.add(one)
    }
  for (const one of hide) stay.delete(one)
  return stay
}

/** `张某`, `张某甲`, `张某11`: names that are already hidden. */
export const aliasPattern = ({ alias }: RedactionRules): string =>
  `[\\p{Script=Han}A-Za-z]${alias.mark}(?:[${alias.series}]|\\d{1,3})?`

/** The people to hide, with aliases in the order of the party list, so that every run gives the same ones. */
export function hiddenPeople(rules: RedactionRules, kind: DocumentKind, parties: readonly Party[]): HiddenPerson[] {
  const stay = staysNamed(rules, kind, parties)
  const isAlias = new RegExp(`^\\p{Script=Han}?${aliasPattern(rules)}$`, 'u')
  const people = new Map<string, { names: string[]; strict: boolean }>()
  for (const { name, role, minor } of parties) {
    const names = namesIn(name).filter((one) => !stay.has(tight(one)) && !isAlias.test(tight(one)))
    const key = tight(names[0] ?? '')
    if (key === '') continue
    const known = people.get(key) ?? { names: [], strict: false }
    people.set(key, { names: [...known.names, ...names], strict: known.strict || role === 'victim' || !!minor })
  }
  const heads = [...people.values()].map(({ names }) => headOf(rules, names[0] ?? ''))
  const total = new Map<string, number>()
  for (const head of heads) total.set(head, (total.get(head) ?? 0) + 1)
  const used = new Map<string, number>()
  return [...people.values()].map(({ names, strict }, at) => {
    const head = heads[at] ?? ''
    const nth = (used.get(head) ?? 0) + 1
    used.set(head, nth)
    const suffix = (total.get(head) ?? 0) > 1 ? (rules.alias.series[nth - 1] ?? String(nth)) : ''
    return { forms: formsOf(names), alias: `${head}${rules.alias.mark}${suffix}`, strict }
  })
}

/** Surname of a Chinese name, compound ones whole; first character of a minority or foreign one. */
function headOf(rules: RedactionRules, name: string): string {
  const text = tight(name)
  const compound = text.slice(0, 2)
  const isChinese = HAN.test(text) && !text.includes('·')
  if (isChinese && text.length > 2 && rules.compoundSurnames.includes(compound)) return compound
  return (Array.from(text)[0] ?? '').toUpperCase()
}

/** With dots and without; parts of a foreign name that are long enough to be told from words. */
function formsOf(names: readonly string[]): string[] {
  const forms = new Set<string>()
  for (const name of names) {
    const text = tight(name).toLowerCase()
    forms.add(text)
    const isHan = HAN.test(text)
    const parts = isHan
      ? text.split('·')
      : name
          .trim()
          .toLowerCase()
          .split(/[\s·.]+/)
    if (parts.length < 2) continue
    forms.add(parts.join(''))
    for (const part of parts) if (part.length >= (isHan ? 3 : 4)) forms.add(part)
  }
  return [...forms].filter((form) => form.length >= 2).sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
}
