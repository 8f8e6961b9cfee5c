import { z } from 'zod'
import type { SourceStore } from '../source.ts'
import type { CaseFacts, KnownCase } from './diff.ts'
import type { CaseField } from './profile.ts'

/** The collector's own table of cases and its ledger of files, as keys of the source's durable store. */
const CASE = 'case/'
const FILE = 'file/'
/** An import under way: what a crash must find again. */
export const IMPORT = 'import/'

const text = z.string().nullable()
const Stored = z.object({
  caseNo: z.string(),
  unifiedNo: text,
  kind: text,
  cause: text,
  unit: text,
  department: text,
  handler_h: text,
  node: text,
  acceptedAt: text,
  assignedAt: text,
  // Rows of before have none.
  startedAt: text.default(null),
  due: text,
  closedAt: text,
  outcome: text,
  coercion: text,
  custody: z.boolean(),
  plea: z.boolean(),
  juvenile: z.boolean(),
  restricted: z.boolean(),
  suspects: z.number(),
  seenMs: z.number(),
  missed: z.number(),
  gone: z.enum(['deleted', 'missing']).nullable(),
})

/** Rows that no longer read (an older version wrote them) are as unknown: the next export brings them again. */
export function knownCases(store: SourceStore): Map<string, KnownCase> {
  const known = new Map<string, KnownCase>()
  for (const [, value] of store.list(CASE)) {
    const parsed = readStored(value)
    if (parsed) known.set(parsed.caseNo, parsed)
  }
  return known
}

function readStored(value: string): KnownCase | undefined {
  try {
    return Stored.parse(JSON.parse(value))
  } catch {
    return undefined
  }
}

/** The known cases after that key, some at a time; `last` undefined = there are no more. */
export function pageOfKnown(
  store: SourceStore,
  after: string,
  limit: number,
): { cases: KnownCase[]; last: string | undefined } {
  const page = store.list(CASE, { after, limit })
  const cases = page.flatMap(([, value]) => readStored(value) ?? [])
  return { cases, last: page.length < limit ? undefined : page.at(-1)?.[0] }
}

/** Of these numbers only. */
export function knownOf(store: SourceStore, numbers: readonly string[]): Map<string, KnownCase> {
  const known = new Map<string, KnownCase>()
  for (const caseNo of numbers) {
    const value = store.get(CASE + caseNo)
    const parsed = value === undefined ? undefined : readStored(value)
    if (parsed) known.set(caseNo, parsed)
  }
  return known
}

export const isKnownFile = (store: SourceStore, hash: string): boolean => store.get(FILE + hash) !== undefined

/** To be stored in the same transaction as the events. */
export const remembered = (
  cases: readonly KnownCase[],
  file?: { hash: string; name: string; atMs: number },
): Record<string, string> =>
  Object.fromEntries([
    ...cases.map((one) => [CASE + one.caseNo, JSON.stringify(one)] as const),
    ...(file ? [[FILE + file.hash, JSON.stringify({ name: file.name, atMs: file.atMs })] as const] : []),
  ])

/** Which columns a fact comes from. */
const ORIGINS: Readonly<Partial<Record<keyof CaseFacts, readonly CaseField[]>>> = {
  handler_h: ['handler', 'handlerNo'],
  custody: ['coercion'],
  suspects: ['suspects', 'suspectCount'],
  unifiedNo: ['unifiedNo'],
  kind: ['kind'],
  cause: ['cause'],
  unit: ['unit'],
  department: ['department'],
  node: ['node'],
  acceptedAt: ['acceptedAt'],
  assignedAt: ['assignedAt'],
  startedAt: ['startedAt'],
  due: ['due'],
  closedAt: ['closedAt'],
  outcome: ['outcome'],
  coercion: ['coercion'],
  plea: ['plea'],
  juvenile: ['juvenile'],
}

/** Facts for which these columns say nothing: they stay as they were. */
export function absentFacts(fields: readonly CaseField[]): Set<keyof CaseFacts> {
  const present = new Set(fields)
  const entries = Object.entries(ORIGINS) as [keyof CaseFacts, readonly CaseField[]][]
  return new Set(entries.filter(([, columns]) => !columns.some((one) => present.has(one))).map(([fact]) => fact))
}
