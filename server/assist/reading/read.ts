import { createHash } from 'node:crypto'
import type { ReadingResult, TimelineEntry } from '../../../contract/http/assist-reading.ts'
import { findPersons } from '../entities/names.ts'
import { claimsOf } from './claims.ts'
import { compare, TOLERANCE, type Tolerance } from './contradictions.ts'
import { timesIn } from './dates.ts'
import { type CaseDocument, documentsOf } from './statements.ts'
import { placeOf, type SourceText, type Span, sentencesOf } from './text.ts'

/** What a reading may hold; more is cut and said. */
export const MOST = { timeline: 2000, documents: 1000, persons: 300, facts: 1000, contradictions: 300 } as const

/** A case file read fast: outline, timeline, persons and facts, contradictions, each at its place. Pure. */
export function readCase(sources: readonly SourceText[], tolerance: Tolerance = TOLERANCE): ReadingResult {
  const warnings: string[] = []
  const documents = cut(sources.flatMap(documentsOf), MOST.documents, '文书', warnings)
  const statements = documents.filter((one) => one.speaker !== null)
  const persons = personsOf(documents)
  const names = persons.map(({ name }) => name)
  const { facts, contradictions } = compare(
    statements.map((one) => claimsOf(one, names)),
    tolerance,
  )
  return {
    outline: documents.map((one) => ({
      key: keyOf('outline', one.source.file, one.start),
      title: one.title,
      kind: one.kind,
      speaker: one.speaker,
      role: one.role,
      day: one.day,
      questions: one.kind === 'other' ? 0 : one.turns.length,
      place: placeOf(one.source, one),
    })),
    timeline: cut(timelineOf(documents, names), MOST.timeline, '时间', warnings),
    persons: cut(persons, MOST.persons, '人员', warnings),
    statements: statements.map((one) => ({
      id: one.id,
      speaker: one.speaker ?? '',
      role: one.role,
      title: one.title,
      day: one.day,
      place: placeOf(one.source, one),
    })),
    facts: cut(facts, MOST.facts, '事实', warnings),
    contradictions: cut(contradictions, MOST.contradictions, '矛盾点', warnings),
    warnings,
  }
}
function cut<Item>(list: readonly Item[], most: number, what: string, warnings: string[]): Item[] {
  if (list.length > most) warnings.push(`${what}共 ${list.length} 项，只列前 ${most} 项`)
  return list.slice(0, most)
}
const keyOf = (...parts: (string | number)[]): string =>
  createHash('sha256').update(parts.join('|')).digest('hex').slice(0, 16)

interface Person {
  name: string
  role: string | null
  statements: number
  mentions: number
  at: { document: CaseDocument; span: Span }
}
const ROLES = /(犯罪嫌疑人|被告人|被害人|证人|辩护人|鉴定人|见证人|报案人)[：:\s]{0,3}$/u

function personsOf(documents: readonly CaseDocument[]): ReadingResult['persons'] {
  const known = new Map<string, Person>()
  for (const document of documents) {
    const { source, speaker } = document
    const text = source.text.slice(document.start, Math.min(document.end, document.start + 100_000))
    const found = [...new Map(findPersons(text).map((one) => [one.start, one])).values()].sort(
      (a, b) => a.start - b.start,
    )
    for (const { start, end } of found) {
      const name = text.slice(start, end)
      const role = ROLES.exec(text.slice(Math.max(0, start - 12), start))?.[1] ?? null
      const one = known.get(name) ?? fresh(name, document, { start: document.start + start, end: document.start + end })
      one.mentions += 1
      one.role ??= role
      known.set(name, one)
    }
    if (!speaker) continue
    const at = Math.max(document.start, source.text.indexOf(speaker, document.start))
    const one = known.get(speaker) ?? fresh(speaker, document, { start: at, end: at + speaker.length })
    one.statements += 1
    one.role = document.role ?? one.role
    known.set(speaker, one)
  }
  return [...known.values()]
    .sort((a, b) => b.statements - a.statements || b.mentions - a.mentions || (a.name < b.name ? -1 : 1))
    .map(({ at, ...one }) => ({ ...one, place: placeOf(at.document.source, at.span) }))
}
const fresh = (name: string, document: CaseDocument, span: Span): Person => ({
  name,
  role: null,
  statements: 0,
  mentions: 0,
  at: { document, span },
})

function timelineOf(documents: readonly CaseDocument[], names: readonly string[]): TimelineEntry[] {
  const entries = documents.flatMap((document) => {
    const { source } = document
    const body = bodyOf(document)
    const sentences = sentencesOf(source.text, body)
    let at = 0
    return timesIn(source.text, body, { record: document.day }).flatMap((time): TimelineEntry[] => {
      while (at < sentences.length - 1 && (sentences[at]?.end ?? 0) <= time.start) at += 1
      const sentence = sentences[at] ?? time
      const words = source.text
        .slice(sentence.start, Math.min(sentence.end, sentence.start + 160))
        .replace(/^[问答]\s?[：:]\s?/u, '')
      return [
        {
          key: keyOf('time', source.file, time.start),
          day: time.day,
          minutes: time.minutes,
          derived: time.derived,
          words,
          persons: names.filter((name) => words.includes(name)),
          speaker: document.speaker,
          place: placeOf(source, time),
          base: time.base && placeOf(source, time.base),
        },
      ]
    })
  })
  const order = ({ day, minutes }: TimelineEntry) =>
    `${(day ?? '9999').padEnd(10, '-')} ${String(minutes ?? 9999).padStart(4, '0')}`
  return entries.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0))
}
/** A record's head holds its own time, not the case's. */
const bodyOf = ({ turns, start, end, kind }: CaseDocument): Span =>
  kind === 'other' ? { start, end } : { start: turns[0]?.question?.start ?? turns[0]?.answer.start ?? start, end }
