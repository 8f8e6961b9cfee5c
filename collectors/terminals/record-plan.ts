import { numberOf, textOf } from './facts.ts'
import { at, firstOf, type Json, type Path, pathOf, pathsOf } from './json.ts'
import type { RecordClass, RecordProfile, ResultCodes } from './profile.ts'

/** A class of the profile with everything worked out once that does not depend on the message. */
export interface ClassPlan {
  event: RecordClass['event']
  time: readonly Path[]
  weakTime: boolean
  /** Each is a key of its own; all its parts must be there. */
  keys: readonly (readonly Path[])[]
  severity: readonly Path[]
  result: { name: string; paths: readonly Path[]; codes: ResultCodes['codes'] } | undefined
  /** In the order in which they stand in the event. */
  facts: readonly Fact[]
  signatureDate: readonly Path[]
}
type Fact = readonly [name: string, read: (body: Json) => unknown]

/** What is read from a record whatever its class. */
export interface Readers {
  topic(body: Json): string | undefined
  object(body: Json): string | undefined
  identity(body: Json): unknown
}

export const readersOf = (profile: RecordProfile): Readers => {
  const [topic, object, identity] = [
    pathsOf([...profile.topicPath, profile.typePath]),
    pathsOf(profile.object),
    pathsOf(profile.identity),
  ]
  return {
    topic: (body) => textOf(firstOf(body, topic))?.slice(0, 64),
    object: (body) => textOf(firstOf(body, object))?.slice(0, 128),
    identity: (body) => firstOf(body, identity),
  }
}

export function planOf(
  kind: RecordClass,
  profile: RecordProfile,
  { topic }: Readers,
  personHash: (no: string) => string,
): ClassPlan {
  const text = (paths: readonly string[], otherwise?: string) => {
    const cut = pathsOf(paths)
    return (body: Json) => textOf(firstOf(body, cut)) ?? otherwise
  }
  const user = text(profile.user)
  const said = (set: Readonly<Record<string, unknown>>): Fact[] =>
    Object.entries(set).map(([name, value]) => [name, () => value])
  // Of two with one name the later counts, in the place of the first.
  const facts = new Map<string, Fact[1]>([
    ['topic', topic],
    ['host', text(profile.host)],
    ['ip', text(profile.ip)],
    ['mac', text(profile.mac)],
    ['dept', text(profile.dept, 'unknown')],
    ['user_h', (body) => hashed(user(body), personHash)],
    ...said(profile.set),
    ...Object.entries({ ...profile.fields, ...kind.fields }).map(([name, paths]): Fact => [name, text(paths)]),
    ...Object.entries(kind.numbers).map(([name, paths]): Fact => {
      const cut = pathsOf(paths)
      return [name, (body) => numberOf(firstOf(body, cut))]
    }),
    ...said(kind.set),
  ])
  return {
    event: kind.event,
    time: pathsOf(kind.time),
    weakTime: kind.weakTime,
    keys: (kind.key ?? profile.key).map((key) => pathsOf(key.split(' + '))),
    severity: pathsOf(kind.severity),
    result: kind.result && {
      name: kind.result.path[0] ?? '',
      paths: pathsOf(kind.result.path),
      codes: kind.result.codes,
    },
    facts: [...facts],
    signatureDate: pathsOf(kind.signatureDate),
  }
}

const hashed = (user: string | undefined, hash: (no: string) => string) => (user === undefined ? undefined : hash(user))

const MAX_KNOWN = 256

/**
 * The first class that fits a record. What topic and type decide is remembered for each pair of them: most classes ask
 * for nothing else.
 */
export function classFinder(
  profile: RecordProfile,
  readers: Readers,
  personHash: (no: string) => string,
): (body: Json) => ClassPlan | undefined {
  const classes = profile.classes.map((kind) => ({
    kind,
    plan: planOf(kind, profile, readers, personHash),
    fits: conditionsOf(kind),
  }))
  const [topicPaths, typePath] = [pathsOf(profile.topicPath), pathsOf([profile.typePath])]
  const known = new Map<string, typeof classes>()
  return (body) => {
    const topic = String(firstOf(body, topicPaths) ?? '')
    const type = String(firstOf(body, typePath) ?? '')
    const pair = `${topic}\n${type}`
    let candidates = known.get(pair)
    if (!candidates) {
      candidates = classes.filter(({ kind }) => named(kind, topic, type))
      if (known.size >= MAX_KNOWN) known.clear()
      if (pair.length < 200) known.set(pair, candidates)
    }
    return candidates.find(({ fits }) => fits(body))?.plan
  }
}

function named({ topic, topics, type }: RecordClass, saidTopic: string, saidType: string): boolean {
  if (topic !== undefined && !saidTopic.includes(topic)) return false
  if (topics !== undefined && !topics.includes(saidTopic)) return false
  return type === undefined || saidType.includes(type)
}

function conditionsOf({ has, where, atLeast }: RecordClass): (body: Json) => boolean {
  const there = has === undefined ? undefined : pathOf(has)
  const lows = Object.entries(atLeast).map(([path, least]) => ({ paths: pathsOf([path]), least }))
  const parts = Object.entries(where).map(([path, part]) => ({ path: pathOf(path), part }))
  return (body) =>
    (there === undefined || at(body, there) !== undefined) &&
    lows.every(({ paths, least }) => (numberOf(firstOf(body, paths)) ?? -1) >= least) &&
    parts.every(({ path, part }) => holds(at(body, path), part))
}

/** A list holds a word when one of its entries does (Wazuh's `rule.groups`). */
const holds = (value: unknown, part: string): boolean =>
  Array.isArray(value)
    ? value.some((one) => typeof one === 'string' && one.includes(part))
    : typeof value !== 'object' && String(value ?? '').includes(part)
