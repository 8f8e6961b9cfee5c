import { setImmediate as breathe } from 'node:timers/promises'
import { z } from 'zod'
import { atZone } from '../intake/wall-clock.ts'
import type { Draft, SourceContext } from '../source.ts'
import { type CaseFacts, diffCases, isOpen, type KnownCase, toFacts } from './diff.ts'
import { caseDraft } from './draft.ts'
import { absentFacts, IMPORT, knownOf, pageOfKnown, remembered } from './memory.ts'
import type { ParsedFile } from './parse-apart.ts'
import type { CaseRow } from './rows.ts'

/** Cases in one transaction: its statements and its fsync stop the loop for a few milliseconds only. */
const SLICE = 120
/** Known cases looked through at once: reading alone needs no fsync. */
const PAGE = 200
/** Numbers that come over from the parsing thread at once. */
const NUMBERS = 4000

export interface ImportOptions {
  context: SourceContext
  device: string
  zone: string
  backfillAfterH: number
  maxVanish: number
  hash: string
  name: string
  exportedMs: number
  confirmed: boolean
  signal: AbortSignal
  /** Has somebody asked to stop it? */
  isCancelled(): Promise<boolean>
}
export type ImportResult =
  | { what: 'done'; counts: Record<string, number>; older: number }
  | { what: 'hold'; vanished: number; open: number }
  | { what: 'cancelled'; done: number }

/** What a crash must find again of an import that is under way. */
const Begun = z.object({ first: z.boolean(), vanishedTo: z.string() })

/**
 * Compares a parsed file with what is known, slice by slice; each slice's events and cases are one transaction, the
 * last one holds the file's ledger entry too. After a crash the same file is gone through again: what was taken is
 * known by then and changes nothing.
 */
export async function importFile(parsed: ParsedFile, options: ImportOptions): Promise<ImportResult> {
  const { context, hash, exportedMs, signal } = options
  const { store } = context
  const survey = await surveyOf(parsed, options)
  if (survey.held) return { what: 'hold', vanished: survey.vanished.length, open: survey.open }
  const begun = Begun.safeParse(JSON.parse(store.get(IMPORT + hash) ?? 'null')).data ?? {
    first: survey.known === 0,
    vanishedTo: '',
  }
  // A file of one slice is one transaction from begin to end.
  if (parsed.count > SLICE) store.set(IMPORT + hash, JSON.stringify(begun))
  const total = { counts: {} as Record<string, number>, older: 0 }
  const absent = absentFacts(parsed.table.fields)
  const now = context.clock.now()
  const late = now - exportedMs > options.backfillAfterH * 3_600_000
  const mark = hash.slice(0, 16)
  const by = {
    device: options.device,
    mark,
    observedMs: exportedMs,
    observedAt: atZone(exportedMs, options.zone).observedAt,
    late,
  }

  const compare = (
    rows: readonly CaseRow[],
    vanished: readonly KnownCase[],
  ): { drafts: Draft[]; known: KnownCase[] } => {
    const known = knownOf(
      store,
      rows.map(({ caseNo }) => caseNo),
    )
    const present = new Set(rows.map(({ caseNo }) => caseNo))
    for (const one of vanished) known.set(one.caseNo, one)
    const verdict = diffCases({
      known,
      rows: rows.filter(({ deleted }) => !deleted).map((row): CaseFacts => toFacts(row, context.personHash)),
      deleted: new Set(rows.filter(({ deleted }) => deleted).map(({ caseNo }) => caseNo)),
      present,
      absent,
      exportedMs,
      maxVanish: 1,
      confirmed: true,
      first: begun.first,
    })
    if (verdict.what === 'hold') return { drafts: [], known: [] }
    for (const { type } of verdict.changes) total.counts[type] = (total.counts[type] ?? 0) + 1
    total.older += verdict.older
    return { drafts: verdict.changes.map((change) => caseDraft(change, by)), known: verdict.known }
  }

  const gone = survey.vanished.filter(({ caseNo }) => caseNo > begun.vanishedTo)
  const small = parsed.count <= SLICE && gone.length <= SLICE
  const finish = { [IMPORT + hash]: undefined }
  const file = { hash, name: options.name, atMs: now }
  for (let from = 0; from < parsed.count; from += SLICE) {
    signal.throwIfAborted()
    if (await options.isCancelled()) return { what: 'cancelled', done: from }
    const rows = await parsed.rows(from, SLICE)
    const { drafts, known } = compare(rows, small ? gone : [])
    // Comparing and writing are two pieces of work: between them everyone else has a turn.
    await breathe()
    await context.deliver(drafts, small ? { ...remembered(known, file), ...finish } : remembered(known))
    context.progress({
      text: `正在导入文件 ${hash.slice(0, 8)}`,
      done: Math.min(from + SLICE, parsed.count),
      total: parsed.count,
    })
  }
  if (small && parsed.count > 0) return { what: 'done', ...total }
  for (let from = 0; from < gone.length; from += SLICE) {
    signal.throwIfAborted()
    const some = gone.slice(from, from + SLICE)
    const { drafts, known } = compare([], some)
    const vanishedTo = some.at(-1)?.caseNo ?? ''
    await context.deliver(drafts, { ...remembered(known), [IMPORT + hash]: JSON.stringify({ ...begun, vanishedTo }) })
  }
  await context.deliver([], { ...remembered([], file), ...finish })
  return { what: 'done', ...total }
}

interface Survey {
  known: number
  open: number
  vanished: KnownCase[]
  held: boolean
}

/** Who is known and not in this file; decided before anything of it is taken. */
async function surveyOf(parsed: ParsedFile, options: ImportOptions): Promise<Survey> {
  const inFile = new Set(parsed.table.refusals.flatMap(({ caseNo }) => (caseNo === undefined ? [] : [caseNo])))
  for (let from = 0; from < parsed.count; from += NUMBERS)
    for (const caseNo of await parsed.numbers(from, NUMBERS)) inFile.add(caseNo)
  const survey: Survey = { known: 0, open: 0, vanished: [], held: false }
  let newest = 0
  let after = ''
  for (;;) {
    options.signal.throwIfAborted()
    const page = pageOfKnown(options.context.store, after, PAGE)
    for (const one of page.cases) {
      survey.known++
      newest = Math.max(newest, one.seenMs)
      if (!isOpen(one)) continue
      survey.open++
      if (!inFile.has(one.caseNo)) survey.vanished.push(one)
    }
    if (page.last === undefined) break
    after = page.last
    await breathe()
  }
  // An export that is older than another says nothing about what is gone today.
  if (options.exportedMs < newest) survey.vanished = []
  const { vanished, open } = survey
  survey.held = !options.confirmed && open >= MIN_OPEN && vanished.length > open * options.maxVanish
  return survey
}
/** With fewer open cases a share says nothing. */
const MIN_OPEN = 5
