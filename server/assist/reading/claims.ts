import { type TimeRef, timesIn } from './dates.ts'
import { amountsOf } from './numerals.ts'
import { type PlaceName, placesIn } from './places.ts'
import type { CaseDocument } from './statements.ts'
import { type Span, sentencesOf } from './text.ts'
import { DEEDS, DENIAL, HEARSAY, MANNERS, NEGATED, OBJECTS, SAME_OBJECT, TOPICS, TOTAL, type Topic } from './words.ts'

/** What somebody says about what happened, one value at one place. */
interface Base extends Span {
  document: CaseDocument
  topic: Topic
  /** Day of the deed it belongs to, as far as the record names it. */
  incident: string | null
  /** Within kind and topic: what the value is of. */
  of: string
}
export type Claim =
  | (Base & { kind: 'time'; time: TimeRef })
  | (Base & { kind: 'place'; where: PlaceName })
  | (Base & { kind: 'amount'; value: number; rough: boolean; total: boolean })
  | (Base & { kind: 'manner'; group: string; class: string; negated: boolean })

/** Where somebody says that another did it: held against a denial. */
export interface Accusation extends Span {
  document: CaseDocument
  topic: Topic
  who: string
}
export interface Told {
  claims: Claim[]
  accusations: Accusation[]
}

/** Claims of one record, in the order of its sentences. */
export function claimsOf(document: CaseDocument, persons: readonly string[]): Told {
  const { text } = document.source
  const claims: Claim[] = []
  const accusations: Accusation[] = []
  let incident: string | null = null
  let before: Topic | null = null
  const all = timesIn(text, bodyOf(document), { record: document.day })
  for (const { question, answer } of document.turns) {
    const asked = question ? topicOf(text.slice(question.start, question.end)) : null
    if (asked) before = asked
    const askedTime = question && all.find((one) => inside(one, question) && one.day?.length === 10)
    if (askedTime && asked && DEEDS.includes(asked)) incident = askedTime.day
    for (const sentence of sentencesOf(text, answer)) {
      const words = text.slice(sentence.start, sentence.end)
      const times = all.filter((one) => inside(one, sentence))
      const topic = topicOf(words, asked) ?? asked ?? before
      if (!topic) continue
      before = topic
      const day = times.find((one) => one.day?.length === 10)?.day
      if (day && DEEDS.includes(topic)) incident = day
      if (HEARSAY.test(words)) continue
      const base = { document, topic, incident }
      // A time of day within a sentence that tells the deed, or the answer to when.
      const own =
        topicOf(words) !== null ||
        (question !== null && /什么时|何时|几点|哪天|时间/.test(text.slice(question.start, question.end)))
      if (own)
        claims.push(
          ...times
            .filter(({ day, minutes }) => day !== null || minutes !== null)
            .slice(0, 1)
            .map((time) => ({ ...base, kind: 'time' as const, of: '', time, start: time.start, end: time.end })),
        )
      claims.push(...placesOf(words, sentence, base))
      claims.push(...amountsIn(words, sentence, base, question ? text.slice(question.start, question.end) : ''))
      claims.push(...mannersIn(words, sentence, base))
      if (!NEGATED.test(words)) accusations.push(...accused(words, sentence, document, topic, persons))
    }
  }
  return { claims, accusations }
}
const inside = (one: Span, where: Span): boolean => one.start >= where.start && one.end <= where.end
const bodyOf = ({ turns, start, end }: CaseDocument): Span => ({
  start: turns[0]?.question?.start ?? turns[0]?.answer.start ?? start,
  end: turns.at(-1)?.answer.end ?? end,
})

/** The topic that was asked about where its words stand here too, else the first group that fits. */
export function topicOf(words: string, asked: Topic | null = null): Topic | null {
  if (asked && TOPICS.find(({ id }) => id === asked)?.words.test(words)) return asked
  return TOPICS.find((one) => one.words.test(words))?.id ?? null
}

type At = Pick<Base, 'document' | 'topic' | 'incident'>
const shifted = ({ start, end }: Span, by: Span): Span => ({ start: start + by.start, end: end + by.start })

function placesOf(words: string, sentence: Span, at: At): Claim[] {
  if (!DEEDS.includes(at.topic) && at.topic !== 'sale') return []
  return placesIn(words)
    .slice(0, 1)
    .map((where) => ({ ...at, kind: 'place', of: '', where, ...shifted(where, sentence) }))
}
/** What an amount is of: the thing beside it, else the thing that was asked about, else money. */
function amountsIn(words: string, sentence: Span, at: At, question: string): Claim[] {
  const objects = [...words.matchAll(OBJECTS)].map(({ index, groups }) => ({ index, name: groups?.x ?? '' }))
  const named = at.topic === 'take' ? undefined : [...question.matchAll(OBJECTS)][0]?.groups?.x
  const asked = named === undefined ? undefined : (SAME_OBJECT[named] ?? named)
  return amountsOf(words).map(({ start, end, value, rough }) => {
    const near = objects
      .map((one) => ({ ...one, far: one.index >= end ? (one.index - end) * 1.5 : start - one.index }))
      .filter(({ far }) => far <= 14)
      .sort((a, b) => a.far - b.far)[0]?.name
    const total = TOTAL.test(words.slice(Math.max(0, start - 8), start))
    const of = total ? '总额' : (SAME_OBJECT[near ?? ''] ?? near ?? asked ?? '现金')
    return { ...at, kind: 'amount', of, value, rough, total, ...shifted({ start, end }, sentence) }
  })
}
function mannersIn(words: string, sentence: Span, at: At): Claim[] {
  if (!DEEDS.includes(at.topic)) return []
  const denied = DENIAL.exec(words)
  const denial: Claim[] = denied
    ? [
        {
          ...at,
          kind: 'manner',
          of: 'deny',
          group: 'deny',
          class: '否认',
          negated: true,
          ...shifted({ start: denied.index, end: denied.index + denied[0].length }, sentence),
        },
      ]
    : []
  const found = MANNERS.flatMap((one): Claim[] => {
    if (one.group === 'tool' && at.topic !== 'strike') return []
    if (one.group === 'entry' && at.topic !== 'take') return []
    if (one.group === 'payment' && at.topic !== 'pay' && at.topic !== 'deal') return []
    const match = one.words.exec(words)
    if (!match) return []
    const lead = words.slice(Math.max(0, match.index - 6), match.index)
    const negated = NEGATED.test(lead.slice(lead.search(/[，,][^，,]*$/) + 1))
    const span = shifted({ start: match.index, end: match.index + match[0].length }, sentence)
    return [{ ...at, kind: 'manner', of: one.group, group: one.group, class: one.class, negated, ...span }]
  })
  return [...denial, ...found]
}
function accused(
  words: string,
  sentence: Span,
  document: CaseDocument,
  topic: Topic,
  persons: readonly string[],
): Accusation[] {
  const own = document.speaker ? [{ name: document.speaker, index: /我(?!被|没|们)/.exec(words)?.index ?? -1 }] : []
  const others = persons
    .filter((name) => name !== document.speaker)
    .map((name) => ({ name, index: words.indexOf(name) }))
  return [...own, ...others]
    .filter(({ index, name }) => index >= 0 && deedAfter(words, index + (name === document.speaker ? 1 : name.length)))
    .map(({ name }) => ({ document, topic, who: name, ...sentence }))
}
/** `张三拿刀捅了` and not `张三被打`: the deed stands soon after the name. */
const deedAfter = (words: string, from: number): boolean =>
  /^(?!被|让|给我|那里|家)(?:(?!被|，我)[^。]){0,14}?(?:打(?!电话|车|牌)|捅|砍|踢|砸|刺|踹|偷|盗|撬|拿走|卖给|骗)/u.test(
    words.slice(from),
  )
