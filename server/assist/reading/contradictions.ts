import { createHash } from 'node:crypto'
import type { Contradiction, ContradictionKind, FactRow } from '../../../contract/http/assist-reading.ts'
import type { Claim, Told } from './claims.ts'
import { samePlace } from './places.ts'
import type { CaseDocument } from './statements.ts'
import { placeOf } from './text.ts'
import { DEEDS, topicName } from './words.ts'

/**
 * Statements held against each other, by rules that can be told: what agrees within the tolerance goes to one side; two
 * sides of one fact are a contradiction. Nothing says who is right.
 */
export interface Tolerance {
  /** Minutes between two times of day, and when one of them says 许 or 左右. */
  minutes: number
  roughMinutes: number
  /** Share of the larger amount, and when one of them says 余 or 左右. */
  share: number
  roughShare: number
}
export const TOLERANCE: Tolerance = { minutes: 30, roughMinutes: 75, share: 0.01, roughShare: 0.15 }

interface Group {
  kind: ContradictionKind
  topic: string
  of: string
  claims: Claim[]
}

export function compare(told: readonly Told[], tolerance: Tolerance) {
  const claims = oneName(withIncidents(told.flatMap((one) => one.claims)))
  const groups = groupsOf(claims)
  const contradictions = [...groups.flatMap((group) => judged(group, tolerance)), ...denials(told)]
  return { facts: groups.flatMap(factOf), contradictions }
}

/** Deeds of several days are told apart; where every record knows one deed only, they speak of the same one. */
function withIncidents(claims: readonly Claim[]): Claim[] {
  const days = new Map<CaseDocument, Set<string>>()
  for (const { document, incident } of claims) {
    const known = days.get(document) ?? new Set<string>()
    if (incident) known.add(incident)
    days.set(document, known)
  }
  if ([...days.values()].every((known) => known.size <= 1)) return claims.map((one) => ({ ...one, incident: 'all' }))
  const counts = new Map<string, number>()
  for (const known of days.values()) for (const day of known) counts.set(day, (counts.get(day) ?? 0) + 1)
  const common = [...counts].filter(([, count]) => count > 1).map(([day]) => day)
  const renamed = new Map<CaseDocument, Map<string, string>>()
  for (const [document, known] of days) {
    const odd = [...known].filter((day) => !common.includes(day))
    const missing = common.filter((day) => !known.has(day))
    const [from, to] = [odd[0], missing[0]]
    if (odd.length === 1 && missing.length === 1 && from && to && known.size === common.length)
      renamed.set(document, new Map([[from, to]]))
  }
  return claims.flatMap((one) => {
    const known = days.get(one.document)
    const day = one.incident ?? (known?.size === 1 ? [...known][0] : undefined)
    return day ? [{ ...one, incident: renamed.get(one.document)?.get(day) ?? day }] : []
  })
}

/** Where only one thing was paid for, `3万元现金` and `3万元保证金` are the same money. */
function oneName(claims: readonly Claim[]): Claim[] {
  const names = new Map<string, Set<string>>()
  for (const { kind, topic, of } of claims)
    if (kind === 'amount' && of !== '总额') names.set(topic, (names.get(topic) ?? new Set<string>()).add(of))
  return claims.map((one) => {
    const known = names.get(one.topic)
    if (one.kind !== 'amount' || one.of !== '现金' || one.topic === 'take' || known?.size !== 2) return one
    return { ...one, of: [...known].find((name) => name !== '现金') ?? one.of }
  })
}

function groupsOf(claims: readonly Claim[]): Group[] {
  const groups = new Map<string, Group>()
  for (const claim of claims) {
    const { kind, topic, of, incident } = claim
    if (kind === 'time' && !DEEDS.includes(topic) && topic !== 'report') continue
    if (kind === 'manner' && claim.group === 'deny') continue
    const key = `${kind}|${topic}|${of}|${incident}`
    const group = groups.get(key) ?? { kind, topic, of, claims: [] }
    group.claims.push(claim)
    groups.set(key, group)
  }
  return [...groups.values()]
}

const OF_NAMES: Readonly<Record<string, string>> = { tool: '工具', entry: '进入方式', payment: '给付方式' }
const factName = ({ topic, of }: Pick<Group, 'topic' | 'of'>): string =>
  of === '' ? topicName(topic) : `${topicName(topic)}·${OF_NAMES[of] ?? of}`

function factOf(group: Group): FactRow[] {
  const cells = group.claims.map((claim) => ({
    statement: claim.document.id,
    value: saidBy(claim),
    place: placeOf(claim.document.source, claim),
  }))
  return [{ key: keyOf('fact', group, cells[0]?.place.start ?? 0), kind: group.kind, topic: factName(group), cells }]
}
const keyOf = (what: string, { kind, topic, of }: Omit<Group, 'claims'>, ...more: (string | number)[]): string =>
  createHash('sha256')
    .update([what, kind, topic, of, ...more].join('|'))
    .digest('hex')
    .slice(0, 16)

const clock = (minutes: number): string => `${Math.floor(minutes / 60)}时${minutes % 60 ? `${minutes % 60}分` : ''}`
export function saidBy(claim: Claim): string {
  switch (claim.kind) {
    case 'time': {
      const { day, minutes, rough } = claim.time
      return `${day ?? ''}${minutes === null ? '' : ` ${clock(minutes)}${rough ? '许' : ''}`}`.trim() || '时间不明'
    }
    case 'place':
      return claim.where.core
    case 'amount':
      return `${claim.value} 元${claim.rough ? '左右' : ''}`
    case 'manner':
      return claim.negated ? `没有用${claim.class}` : claim.class
  }
}

/** What a record says of a fact, as one: `null` where it says several things that cannot be held against others. */
function oneOf(claims: readonly Claim[]): Claim[] | null {
  const [first] = claims
  if (!first) return null
  if (first.kind === 'manner') return [...claims]
  if (first.kind === 'amount') {
    const values = new Set(claims.map((one) => (one.kind === 'amount' ? one.value : 0)))
    return values.size === 1 ? [first] : null
  }
  if (first.kind === 'time') {
    const exact = claims.find((one) => one.kind === 'time' && one.time.minutes !== null)
    return [exact ?? first]
  }
  return [first]
}

/** true: they agree, false: they do not, null: they say nothing about each other. */
export function agree(a: readonly Claim[], b: readonly Claim[], tolerance: Tolerance): boolean | null {
  const [left, right] = [a[0], b[0]]
  if (left?.kind === 'time' && right?.kind === 'time') return sameTime(left.time, right.time, tolerance)
  if (left?.kind === 'place' && right?.kind === 'place') return samePlace(left.where, right.where)
  if (left?.kind === 'amount' && right?.kind === 'amount') {
    const most = Math.max(left.value, right.value)
    return (
      Math.abs(left.value - right.value) <= most * (left.rough || right.rough ? tolerance.roughShare : tolerance.share)
    )
  }
  return sameManner(a, b)
}
type Time = Extract<Claim, { kind: 'time' }>['time']
function sameTime(a: Time, b: Time, { minutes, roughMinutes }: Tolerance): boolean | null {
  const apart = a.minutes === null || b.minutes === null ? null : Math.abs(a.minutes - b.minutes)
  const most = a.rough || b.rough ? roughMinutes : minutes
  if (a.day?.length === 10 && b.day?.length === 10 && a.day !== b.day) {
    const days = Temporal.PlainDate.from(a.day).until(b.day, { largestUnit: 'days' }).days
    // Around midnight the day may differ while the time hardly does.
    if (apart === null || a.minutes === null || b.minutes === null)
      return Math.abs(days) === 1 && apart === null ? null : false
    return Math.abs(days * 1440 + b.minutes - a.minutes) <= most
  }
  return apart === null ? null : apart <= most
}
function sameManner(a: readonly Claim[], b: readonly Claim[]): boolean | null {
  const set = (list: readonly Claim[], negated: boolean) =>
    new Set(list.flatMap((one) => (one.kind === 'manner' && one.negated === negated ? [one.class] : [])))
  const [yesA, yesB, noA, noB] = [set(a, false), set(b, false), set(a, true), set(b, true)]
  if ([...yesA].some((one) => noB.has(one)) || [...yesB].some((one) => noA.has(one))) return false
  if (yesA.size === 0 || yesB.size === 0) return null
  return [...yesA].some((one) => yesB.has(one))
}

interface Voice {
  document: CaseDocument
  claims: Claim[]
}
function judged(group: Group, tolerance: Tolerance): Contradiction[] {
  const voices = [...Map.groupBy(group.claims, ({ document }) => document)].flatMap(([document, list]): Voice[] => {
    const claims = oneOf(list)
    return claims ? [{ document, claims }] : []
  })
  const sides: Voice[][] = []
  for (const voice of voices) {
    const own = sides.find((side) => side.every((other) => agree(other.claims, voice.claims, tolerance) !== false))
    if (own) own.push(voice)
    else sides.push([voice])
  }
  if (sides.length < 2 || !voices.every(({ document }) => document.speaker)) return []
  return [present(group, sides, tolerance)]
}

function present(group: Group, sides: readonly Voice[][], tolerance: Tolerance): Contradiction {
  const shown = sides.map((side) => ({
    value: [...new Set((side[0]?.claims ?? []).map(saidBy))].join('、'),
    said: side.map(({ document, claims }) => ({
      statement: document.id,
      place: placeOf(document.source, claims[0] ?? document),
    })),
  }))
  const speakers = new Set(sides.flat().map(({ document }) => document.speaker))
  const [a, b] = [sides[0]?.[0], sides[1]?.[0]]
  const says = (voice: Voice | undefined, at: number) =>
    voice ? `${voice.document.speaker}（${voice.document.title}）称“${shown[at]?.value}”` : ''
  return {
    key: keyOf(
      'contradiction',
      group,
      ...shown.flatMap(({ value, said }) => [value, ...said.map(({ statement }) => statement)]),
    ),
    kind: group.kind,
    rule: RULES[group.kind](tolerance),
    topic: factName(group),
    why: `${says(a, 0)}；${says(b, 1)}${a && b ? apartWords(a.claims, b.claims) : ''}`,
    sameSpeaker: speakers.size === 1,
    sides: shown,
  }
}
const RULES: Readonly<Record<ContradictionKind, (tolerance: Tolerance) => string>> = {
  time: ({ minutes, roughMinutes }) =>
    `同一事实的日期不同，或钟点相差超过 ${minutes} 分钟（带“许”“左右”的 ${roughMinutes} 分钟）`,
  place: () => '同一事实的地点属同一类，名称既不包含也不相近',
  amount: ({ share, roughShare }) => `同一用途的数额相差超过 ${share * 100}%（带“余”“左右”的 ${roughShare * 100}%）`,
  manner: () => '同一事实的方式互相排斥，或一方肯定而另一方否定',
}
function apartWords(a: readonly Claim[], b: readonly Claim[]): string {
  const [left, right] = [a[0], b[0]]
  if (left?.kind === 'amount' && right?.kind === 'amount')
    return `，相差 ${Math.round(Math.abs(left.value - right.value) * 100) / 100} 元`
  if (left?.kind !== 'time' || right?.kind !== 'time') return ''
  const { day, minutes } = left.time
  if (day !== right.time.day && day?.length === 10 && right.time.day?.length === 10)
    return `，相差 ${Math.abs(Temporal.PlainDate.from(day).until(right.time.day, { largestUnit: 'days' }).days)} 日`
  return minutes !== null && right.time.minutes !== null ? `，相差 ${Math.abs(minutes - right.time.minutes)} 分钟` : ''
}

/** `不是我打的` against whoever says that it was, the same person's other records included. */
function denials(told: readonly Told[]): Contradiction[] {
  const accusations = told.flatMap((one) => one.accusations)
  const denied = told.flatMap(({ claims }) =>
    claims.filter((one) => one.kind === 'manner' && one.group === 'deny').slice(0, 1),
  )
  return denied.flatMap((claim): Contradiction[] => {
    const { document, topic } = claim
    const against = accusations.filter(
      (one) => one.who === document.speaker && one.topic === topic && one.document !== document,
    )
    const each = [...Map.groupBy(against, (one) => one.document).values()].flatMap((list) => list.slice(0, 1))
    if (!document.speaker || each.length === 0) return []
    const others = [...new Set(each.map((one) => one.document.speaker))]
    return [
      {
        key: keyOf('denial', { kind: 'manner', topic, of: 'deny' }, document.id, claim.start - document.start),
        kind: 'manner',
        rule: '一人否认的行为，另有笔录称其实施',
        topic: `${topicName(topic)}·是否实施`,
        why: `${document.speaker}（${document.title}）否认；${others.join('、')}称其实施`,
        sameSpeaker: others.length === 1 && others[0] === document.speaker,
        sides: [
          { value: '否认', said: [{ statement: document.id, place: placeOf(document.source, claim) }] },
          {
            value: '称其实施',
            said: each.map((one) => ({ statement: one.document.id, place: placeOf(one.document.source, one) })),
          },
        ],
      },
    ]
  })
}
