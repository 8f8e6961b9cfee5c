import type { RedactionRules } from '../../../config/redaction.ts'
import type { DocumentKind, Party, Replacement } from '../../../contract/http/disclosure.ts'
import { applied, composed } from './apply.ts'
import { type Compiled, compiled } from './compiled.ts'
import { type HiddenPerson, hiddenPeople } from './names.ts'
import { findNumbers } from './numbers.ts'
import { around, overlaps, type Span } from './spans.ts'
import { gapBefore, original, plainView, tightView, type View } from './view.ts'

/**
 * The pure redaction: a text and its party list in, the text to be published and what was replaced out.
 * `start` and `end` are UTF-16 offsets in the text that came in. Running it on its own answer changes nothing.
 */
export interface RedactionInput {
  text: string
  parties: readonly Party[]
  documentKind: DocumentKind
}
export interface Redaction {
  text: string
  replacements: Replacement[]
}
interface Hit extends Replacement {
  /** Of two that overlap, the stricter rule words the replacement. */
  rank: number
}
interface Reading {
  rules: RedactionRules
  made: Compiled
  plain: string
  tight: View
  cast: Cast
  hasMinor: boolean
  caseNumbers: readonly Span[]
}

/** A mask may bring together what stood apart, so the answer is read again until nothing is found in it. */
const PASSES = 5

export function redact(rules: RedactionRules, input: RedactionInput): Redaction {
  let { text } = input
  let replacements: Replacement[] = []
  const cast = castOf(rules, input)
  for (let pass = 0; pass < PASSES; pass++) {
    const found = findAll(rules, { ...input, text }, cast)
    if (found.length === 0) break
    text = applied(text, found)
    replacements = replacements.length === 0 ? found : composed(input.text, replacements, found)
  }
  return { text, replacements }
}

/** What one pass would replace, in order, without overlaps. */
export function findAll(rules: RedactionRules, input: RedactionInput, cast = castOf(rules, input)): Replacement[] {
  const { text, parties } = input
  const reading = read(rules, text, parties, cast)
  const names = nameHits(reading)
  const hits = [...names, ...numberHits(reading), ...patternHits(reading, names)]
  return merged(hits).filter(({ start, end, replacement }) => text.slice(start, end) !== replacement)
}

/** The people to hide and one pattern for all the ways they are written: the same for every pass. */
interface Cast {
  people: readonly HiddenPerson[]
  byForm: ReadonlyMap<string, HiddenPerson>
  regex: RegExp | undefined
}
function castOf(rules: RedactionRules, { parties, documentKind }: Omit<RedactionInput, 'text'>): Cast {
  const people = hiddenPeople(rules, documentKind, parties)
  const byForm = new Map<string, HiddenPerson>()
  for (const person of people) for (const form of person.forms) if (!byForm.has(form)) byForm.set(form, person)
  const forms = [...byForm.keys()].sort((a, b) => b.length - a.length)
  return { people, byForm, regex: forms.length > 0 ? new RegExp(forms.map(escaped).join('|'), 'giu') : undefined }
}

function read(rules: RedactionRules, text: string, parties: readonly Party[], cast: Cast): Reading {
  const made = compiled(rules)
  const plain = plainView(text)
  const tight = tightView(plain)
  return {
    rules,
    made,
    plain,
    tight,
    cast,
    hasMinor: parties.some(({ minor }) => minor),
    caseNumbers: [...tight.text.matchAll(made.caseNumber)].map(({ index, 0: { length } }) =>
      original(tight, index, index + length),
    ),
  }
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Blanks that may stand between two characters of one name; more are two words in two columns. */
const NAME_GAP = 8
const LATIN = /[a-z]/i

function nameHits({ made, plain, tight, cast }: Reading): (Hit & { strict: boolean })[] {
  const { byForm, regex } = cast
  if (!regex) return []
  const aliases = [...tight.text.matchAll(made.alias)].map(({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
  }))
  const found = [...tight.text.matchAll(regex)].flatMap(({ index, 0: text }) => {
    const end = index + text.length
    const person = byForm.get(text.toLowerCase())
    if (!person || !isWord(tight, index, end) || overlaps(aliases, index, end)) return []
    return [{ kind: 'name', ...original(tight, index, end), replacement: person.alias, rank: 0, strict: person.strict }]
  })
  if (found.length === 0) return found
  const officials = longerNames(plain, made)
  return found.filter(({ start, end }) => !isPartOf(around(officials, start, end), start, end))
}

/** A name of Latin letters is not the middle of a longer word; a name of any kind has no wide gap inside. */
function isWord(tight: View, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at++) if (gapBefore(tight, at) > NAME_GAP) return false
  const joins = (place: number) =>
    LATIN.test(tight.text[place - 1] ?? '') && LATIN.test(tight.text[place] ?? '') && gapBefore(tight, place) === 0
  return !joins(start) && !joins(end)
}

function longerNames(plain: string, { official }: Compiled): Span[] {
  return [...plain.matchAll(official)].flatMap(({ index, 0: whole, 1: name = '' }) => {
    const start = index + whole.lastIndexOf(name)
    return [{ start, end: start + name.trimEnd().length }]
  })
}
/** 公诉人张三丰 is not 张三; a name that is the party's own goes in any case. */
const isPartOf = (name: Span | undefined, start: number, end: number): boolean =>
  name !== undefined && end - start < name.end - name.start

function numberHits({ rules, made, plain, caseNumbers }: Reading): Hit[] {
  return findNumbers(plain, made.numbers)
    .filter(({ start, end }) => !overlaps(caseNumbers, start, end))
    .map(({ kind, start, end }) => ({ kind, start, end, replacement: rules.mask, rank: 0 }))
}

function patternHits(reading: Reading, names: readonly (Span & { strict: boolean })[]): Hit[] {
  const { rules, made, plain, tight, hasMinor, cast, caseNumbers } = reading
  const strictPlaces = cast.people.some(({ strict }) => strict) ? strictParagraphs(plain, names) : []
  return made.patterns.flatMap((rule) => {
    if (rule.scope === 'minor' && !hasMinor) return []
    if (rule.scope === 'victim' && strictPlaces.length === 0) return []
    const view = rule.view === 'tight' ? tight : undefined
    const hits: Hit[] = []
    for (const found of (view?.text ?? plain).matchAll(rule.regex)) {
      const [from, to] = found.indices?.groups?.hide ?? [found.index, found.index + found[0].length]
      const { start, end } = view ? original(view, from, to) : { start: from, end: to }
      if (rule.scope === 'victim' && !around(strictPlaces, start, end)) continue
      if (!rule.overCaseNumbers && around(caseNumbers, start, end)) continue
      const replacement = rule.replacement
        .replace('{mask}', rules.mask)
        .replaceAll(/\$<(\w+)>/g, (_all, group: string) => found.groups?.[group] ?? '')
      hits.push({ kind: rule.kind, start, end, replacement, rank: rule.scope === 'all' ? 0 : 1 })
    }
    return hits
  })
}

/** Paragraphs that name a victim or a minor, or say 被害人. */
function strictParagraphs(plain: string, names: readonly (Span & { strict: boolean })[]): Span[] {
  const marks = [
    ...names.filter(({ strict }) => strict).map(({ start }) => start),
    ...[...plain.matchAll(/被害人/g)].map(({ index }) => index),
  ].sort((a, b) => a - b)
  const paragraphs: Span[] = []
  for (const mark of marks) {
    if (mark < (paragraphs.at(-1)?.end ?? 0)) continue
    const end = plain.indexOf('\n', mark)
    paragraphs.push({ start: plain.lastIndexOf('\n', mark) + 1, end: end < 0 ? plain.length : end })
  }
  return paragraphs
}

/** Hits that overlap become one over all of them: nothing that any rule wants hidden shows. */
function merged(hits: readonly Hit[]): Replacement[] {
  const sorted = [...hits].sort((a, b) => a.start - b.start || b.end - a.end)
  const out: Hit[] = []
  for (const hit of sorted) {
    const last = out.at(-1)
    if (!last || hit.start >= last.end) {
      out.push(hit)
      continue
    }
    const wins = hit.rank > last.rank || (hit.rank === last.rank && hit.end - hit.start > last.end - last.start)
    out[out.length - 1] = { ...(wins ? hit : last), start: last.start, end: Math.max(last.end, hit.end) }
  }
  return out.map(({ kind, start, end, replacement }) => ({ kind, start, end, replacement }))
}
