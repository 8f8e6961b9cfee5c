import type { Place } from '../../../contract/http/assist-reading.ts'
import { FEW_CASES, type SimilarAnswer, type Spread, similarRoutes } from '../../../contract/http/assist-similar.ts'
import { type BoundRoute, bind, type Principal, type Reader, type Tx } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { type AssistDeps, openCase } from '../context.ts'
import { entityFinder } from '../entities/index.ts'
import { decisionsOf, filesOf, textOf } from '../reading/repository.ts'
import { placeOf, type SourceText } from '../reading/text.ts'
import { recogniseFactor } from '../sentencing.ts'
import { readJudged } from './import.ts'
import { chargeName, type Judged, NEAR, rank, spreadOf } from './rules.ts'
import type { SimilarTables } from './tables.ts'

const on = (db: Reader | Tx) => db.withTables<SimilarTables>()
/** The newest of a charge; more are not compared. */
const MOST_COMPARED = 2000
/** Words of the files that are compared. */
const MOST_WORDS = 50_000

export function similarCalls(deps: AssistDeps): BoundRoute[] {
  const { records, config, newId, readTable } = deps
  const db = records.read
  const find = entityFinder(config.sentencing)
  return [
    bind(similarRoutes.find, async ({ params, body, person }): Promise<SimilarAnswer> => {
      const { id, cause } = await openCase(deps, person, params.case)
      const charge = chargeName(body.charge ?? cause ?? '')
      if (charge === '') throw new Refusal('unprocessable', '案件没有登记罪名，请填写罪名再查')
      const sources = await sourcesOf(deps, id)
      const circumstances = body.circumstances
        ? body.circumstances.map((name) => ({ name, places: [] }))
        : circumstancesIn(deps, sources, find)
      const text =
        body.text ??
        sources
          .map((one) => one.text)
          .join('\n')
          .slice(0, MOST_WORDS)
      const candidates = await visible(deps, person, charge)
      const names = circumstances.map(({ name }) => name)
      const ranked = rank(config.sentencing, { circumstances: names, text }, candidates)
      const near = ranked.filter((one) => one.near)
      const spread = spreadOf(near.flatMap(({ months }) => (months === null ? [] : [months])))
      const decisions = await decisionsOf(db, id)
      return {
        asked: {
          charge,
          circumstances,
          textFrom:
            body.text === undefined
              ? sources.length > 0
                ? `卷宗文件 ${sources.length} 份`
                : '没有可比的文字'
              : '填写的文字',
        },
        items: ranked.slice(0, body.limit).map((one) => ({ ...one, decided: decisions[one.key] ?? null })),
        spread,
        warnings: warningsOf(spread, body.proposal, candidates.length),
        scope: `只统计您有权打开的本院案件和公开裁判文书；罪名相同，情节相近程度不低于 ${NEAR * 100}% 的计入分布`,
      }
    }),
    bind(similarRoutes.import, async ({ query, body, person, now }) => {
      const table = await readTable(body as unknown as Buffer).catch((error: Error) => {
        throw new Refusal('unprocessable', error.message)
      })
      const read = readJudged(table.rows, config.sentencing)
      if (!read.ok) throw new Refusal('unprocessable', read.why)
      const { created, known } = await records.write(async (turn) => {
        const old = await knownNumbers(
          turn.tx,
          read.rows.map(({ judged }) => judged.no),
        )
        const fresh = read.rows.filter(({ judged }) => !old.has(judged.no))
        if (query.dryRun !== 'true')
          for (let from = 0; from < fresh.length; from += 200)
            await on(turn.tx)
              .insertInto('assist_judged')
              .values(
                fresh
                  .slice(from, from + 200)
                  .map(({ judged: { circumstances, judgedOn, caseNo, published, ...rest } }) => ({
                    id: newId(),
                    ...rest,
                    circumstances: JSON.stringify(circumstances),
                    judged_on: judgedOn,
                    case_no: caseNo,
                    published: published ? 1 : 0,
                    by: person.name,
                    at_ms: now,
                  })),
              )
              .execute()
        return { created: fresh.length, known: read.rows.length - fresh.length }
      })
      return {
        rows: read.rows.length + read.rejected.length,
        created,
        known,
        rejected: read.rejected.slice(0, 1000),
        columns: read.columns,
        warnings: table.warnings,
      }
    }),
    bind(similarRoutes.corpus, async () => {
      const rows = await on(db)
        .selectFrom('assist_judged')
        .select((eb) => [
          'charge',
          eb.fn.countAll<number>().as('n'),
          eb.fn.sum<number>('published').as('published'),
          eb.fn.max('judged_on').as('newest'),
        ])
        .groupBy('charge')
        .execute()
      const charges = rows.map(({ charge, n, published, newest }) => ({
        charge,
        count: Number(n),
        published: Number(published),
        newest,
      }))
      return {
        total: charges.reduce((sum, { count }) => sum + count, 0),
        charges: charges.sort((a, b) => b.count - a.count),
      }
    }),
  ]
}

async function sourcesOf({ records }: AssistDeps, caseId: string): Promise<SourceText[]> {
  const files = await filesOf(records.read, caseId)
  const texts = await Promise.all(files.map(({ id }) => textOf(records.read, caseId, id)))
  return texts.flatMap((one) => (one ? [one] : []))
}
const DENIED = /(?:无|没有|不构成|不属于|不是|不系|并非|未认定)$/u
/** Circumstances that the files name, each where it stands. */
function circumstancesIn(
  { config }: AssistDeps,
  sources: readonly SourceText[],
  find: ReturnType<typeof entityFinder>,
) {
  const found = new Map<string, Place[]>()
  for (const source of sources)
    for (const { type, text, start, end } of find(source.text.slice(0, MOST_WORDS))) {
      // `无前科` and `不构成自首` say the opposite.
      if (type !== 'circumstance' || DENIED.test(source.text.slice(Math.max(0, start - 4), start))) continue
      const name = recogniseFactor(config.sentencing, text)?.name
      if (!name) continue
      const places = found.get(name) ?? []
      if (places.length < 5) places.push(placeOf(source, { start, end }))
      found.set(name, places)
    }
  // 如实供述 is part of 自首 (刑法第六十七条): it is no 坦白 beside it.
  const admitted = found.get('坦白')
  if (found.has('自首') && admitted?.every(({ quote }) => quote === '如实供述')) found.delete('坦白')
  return [...found].map(([name, places]) => ({ name, places }))
}

/** Of the charge, the newest; one's own office's cases only where one may open them. */
async function visible({ records, cases }: AssistDeps, person: Principal, charge: string): Promise<Judged[]> {
  const rows = await on(records.read)
    .selectFrom('assist_judged')
    .selectAll()
    .where('charge', '=', charge)
    .orderBy('judged_on', 'desc')
    .orderBy('id')
    .limit(MOST_COMPARED)
    .execute()
  const open = await cases.openable(
    records.read,
    person,
    rows.flatMap(({ case_no }) => case_no ?? []),
  )
  return rows
    .filter(({ case_no, published }) => (case_no === null ? Number(published) === 1 : open.has(case_no)))
    .map((row) => ({
      id: row.id,
      no: row.no,
      caseNo: row.case_no,
      court: row.court,
      judgedOn: row.judged_on,
      published: Number(row.published) === 1,
      circumstances: JSON.parse(row.circumstances) as string[],
      months: row.months === null ? null : Number(row.months),
      sentence: row.sentence,
      text: row.text,
    }))
}
async function knownNumbers(tx: Tx, numbers: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>()
  for (let from = 0; from < numbers.length; from += 500) {
    const rows = await on(tx)
      .selectFrom('assist_judged')
      .select('no')
      .where('no', 'in', numbers.slice(from, from + 500))
      .execute()
    for (const { no } of rows) known.add(no)
  }
  return known
}

function warningsOf({ n, p10, p90 }: Spread, proposal: number | null, seen: number): string[] {
  const warnings: string[] = []
  if (seen === 0) warnings.push('类案库中没有您有权查看的同罪名案件')
  else if (n < FEW_CASES) warnings.push(`相近案件只有 ${n} 件，少于 ${FEW_CASES} 件，分布不足以作参照`)
  if (proposal !== null && p10 !== null && p90 !== null && (proposal < p10 || proposal > p90))
    warnings.push(`拟提建议 ${proposal} 个月在 P10–P90（${p10} 至 ${p90} 个月）之外，请说明理由`)
  return warnings
}
