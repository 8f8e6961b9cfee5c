import { dayStart } from '../../../config/zone.ts'
import { type SearchAnswer, type SearchFilters, type SearchHit, SearchKind } from '../../../contract/http/search.ts'
import type { Principal } from '../../feature.ts'
import type { SearchContext } from './context.ts'
import { marked, snippet } from './highlight.ts'
import { LAST_PLACE, placeFrom } from './place.ts'
import type { DocRow, Match, Window } from './port.ts'
import { inHead, inText, type Part, type Question, question } from './query.ts'
import { rebuildState } from './rebuild.ts'
import { tag } from './tokens.ts'
import type { Words } from './words.ts'

/**
 * One question, three tiers: the exact number, then number or name, then the text; within each the newest first. Rights
 * are part of the question that the index is asked, so what a person may not open is in no row, count, word or gap.
 */
const TIERS = ['exact', 'head', 'text'] as const
type Tier = (typeof TIERS)[number]
const COUNTED = 1000

export interface Ask {
  person: Principal
  filters: SearchFilters
  limit: number
  cursor: string
  now: number
}

export async function ask(context: SearchContext, words: Words, { person, filters, limit, cursor, now }: Ask) {
  const rights = rightsOf(context, person, filters.kind)
  const everywhere = rightsOf(context, person, [])
  const asked = question(filters.q, everywhere.length > 0 ? await words.of(filters.q, everywhere, now) : new Map())
  const window = windowOf(filters)
  const conditions = conditionsOf(filters)
  const found =
    rights.length === 0 || asked.parts.length === 0
      ? []
      : await page(context, asked, [rights, ...conditions], window, startOf(cursor), limit + 1)
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  const counts = cursor === '' ? await countsOf(context, asked, [everywhere, ...conditions], window) : null
  return {
    items: shown.map(({ row, tier }) => hitOf(row, tier, asked)),
    cursor: last ? `${TIERS.indexOf(last.tier)}.${last.row.place}` : null,
    counts: counts?.counts ?? null,
    more: counts?.more ?? false,
    meant: [...new Set(asked.sought.flatMap((one) => one.words))],
    single: asked.single,
    rebuilding: (await rebuildState(context.records.read)).state === 'running',
  } satisfies SearchAnswer
}

/** Tags of what the person may open, of these kinds or of all. */
function rightsOf({ sources }: SearchContext, person: Principal, kinds: readonly string[]): string[] {
  const chosen = sources.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
  return chosen.flatMap((source) => source.access(person).map((who) => tag.access(source.kind, who)))
}
const conditionsOf = ({ colour, state, department }: SearchFilters): string[][] =>
  [colour.map(tag.colour), state.map(tag.state), department ? [tag.department(department)] : []].filter(
    (tags) => tags.length > 0,
  )

const windowOf = ({ from, to }: SearchFilters): Window => ({
  below: to === undefined ? LAST_PLACE : placeFrom(dayStart(Temporal.PlainDate.from(to).add({ days: 1 }).toString())),
  from: from === undefined ? (to === undefined ? 0 : placeFrom(60_000)) : placeFrom(dayStart(from)),
})

interface Start {
  tier: number
  below: number
}
/** A cursor that is none begins at the start. */
function startOf(cursor: string): Start {
  const [, tier, place] = /^([012])\.(\d{1,16})$/.exec(cursor) ?? []
  return tier === undefined
    ? { tier: 0, below: LAST_PLACE }
    : { tier: Number(tier), below: Math.min(LAST_PLACE, Number(place)) }
}

/** Tiers with what each adds to the one before it. */
function tiersOf({
  parts,
  exact,
}: Question): { tier: Tier; parts: readonly Part[]; not: readonly (readonly Part[])[] }[] {
  const [head, rest] = [inHead(parts), inText(parts)]
  const number: Part[] = exact ? [{ phrases: [{ field: 'tags', tokens: [exact], head: true }] }] : []
  const first = exact ? [number] : []
  return [
    ...(exact ? [{ tier: 'exact' as const, parts: number, not: [] }] : []),
    { tier: 'head', parts: head, not: first },
    ...(rest.every(({ phrases }) => phrases.length > 0)
      ? [{ tier: 'text' as const, parts: rest, not: [...first, head] }]
      : []),
  ]
}

async function page(
  { index, records }: SearchContext,
  asked: Question,
  anyOf: readonly (readonly string[])[],
  window: Window,
  start: Start,
  limit: number,
): Promise<{ row: DocRow; tier: Tier }[]> {
  const rows: { row: DocRow; tier: Tier }[] = []
  for (const { tier, parts, not } of tiersOf(asked)) {
    const at = TIERS.indexOf(tier)
    if (at < start.tier || rows.length >= limit) continue
    const below = at === start.tier ? Math.min(window.below, start.below) : window.below
    const match: Match = { parts, anyOf, not }
    const found = await index.find(records.read, match, { below, from: window.from }, limit - rows.length)
    rows.push(...found.map((row) => ({ row, tier })))
  }
  return rows
}

/** By kind among the newest 1000: beyond that the numbers are lower bounds, and say so. */
async function countsOf(
  { index, records, sources }: SearchContext,
  { parts }: Question,
  anyOf: readonly (readonly string[])[],
  window: Window,
) {
  if (parts.length === 0 || anyOf[0]?.length === 0) return { counts: [], more: false }
  const rows = await index.count(records.read, { parts, anyOf, not: [] }, window, COUNTED)
  const counts = sources.flatMap(({ kind }) => {
    const count = Number(rows.find((row) => row.kind === kind)?.count ?? 0)
    return count > 0 ? [{ kind, count }] : []
  })
  return { counts, more: counts.reduce((sum, { count }) => sum + count, 0) >= COUNTED }
}

function hitOf(row: DocRow, found: Tier, { sought }: Question): SearchHit {
  return {
    kind: SearchKind.parse(row.kind),
    id: row.ref,
    number: row.number === null ? null : marked(row.number, sought, 'number'),
    title: marked(row.title, sought),
    snippet: snippet(row.body, sought),
    department: row.department,
    state: row.state === 'open' || row.state === 'closed' ? row.state : null,
    stateName: row.state_name,
    colour: row.colour as SearchHit['colour'],
    at: row.at_ms === null ? null : Number(row.at_ms),
    link: row.link,
    found,
  }
}
