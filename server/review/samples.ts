import { officeTime } from '../../config/zone.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import { commitTo } from '../../contract/draw.ts'
import { SAMPLE_ALGORITHM, SampleCommitted, type SampleGroup, sampleOutcome } from '../../contract/sample.ts'
import type { Turn } from '../feature.ts'
import { append, latestEntries, readChain } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { CHAIN, REVIEW_PANELS, type ReviewDeps } from './context.ts'
import { moveOn } from './moves.ts'
import { closeSample, findSample, insertSample, openSample, reviewOfCase, reviewsOfYear } from './repository.ts'
import { sampleNeed } from './rules.ts'

/** 常规抽查 of a year, drawn like a case: the list is frozen and committed to before anybody knows the number. */

/** A sample that is not drawn yet is the one: a double click has one effect. */
export async function commitSample(
  deps: ReviewDeps,
  turn: Turn,
  requestedBy: string,
): Promise<{ sampleId: string; body: SampleCommitted; entry: ChainEntry }> {
  const waiting = await openSample(turn.tx)
  if (waiting) return { sampleId: waiting.id, ...(await committed(turn, waiting.body, waiting.commitment)) }
  const { version, sample } = deps.config.review
  const year = officeTime(turn.now).year
  const groups = await sampleGroups(deps, turn, year)
  if (groups.length === 0) throw new Refusal('unprocessable', '没有需要抽查的案件：已抽够，或还没有核查完的案件')
  const secret = deps.secret()
  const body: SampleCommitted = {
    sampleId: `s-${deps.newId().replaceAll('-', '').slice(0, 20)}`,
    algorithm: SAMPLE_ALGORITHM,
    rules: { version, ...sample },
    year,
    requestedBy,
    groups,
    serverCommit: await commitTo(secret),
  }
  const entry = await append(turn.tx, CHAIN, 'sample.committed', body, turn.now)
  await insertSample(turn.tx, {
    id: body.sampleId,
    state: 'committed',
    commitment: entry.hash,
    secret,
    body: JSON.stringify({ ...body, seq: entry.seq }),
    created_ms: turn.now,
  })
  turn.afterCommit(() => deps.anchor(CHAIN, entry))
  return { sampleId: body.sampleId, body, entry }
}

async function committed(turn: Turn, text: string, commitment: string) {
  const { seq, ...body } = JSON.parse(text) as { seq: number } & Record<string, unknown>
  const [entry] = await readChain(turn.tx, CHAIN, seq, 1)
  if (entry?.hash !== commitment) throw new Refusal('internal', '评查链与抽查记录不一致，请先核对评查链')
  return { body: SampleCommitted.parse(body), entry }
}

/** Handlers that still need some, each with the checked cases that nobody has selected. */
async function sampleGroups(deps: ReviewDeps, turn: Turn, year: number): Promise<SampleGroup[]> {
  const closed = new Map<string, number>()
  for (const one of await deps.cases.closedSince(turn.tx, `${year}-01-01`))
    if (one.handler) closed.set(one.handler.id, (closed.get(one.handler.id) ?? 0) + 1)
  const reviews = await reviewsOfYear(turn.tx, year)
  return [...closed]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([handler, count]) => {
      const own = reviews.filter((review) => review.handler === handler)
      const sampled = own.filter(({ kind }) => kind === 'routine').length
      const pool = own.filter(({ step, kind }) => step === 'filed' && kind === null).map(({ caseId }) => caseId)
      const need = Math.min(sampleNeed(deps.config.review, count, sampled), pool.length)
      return { handler, closed: count, sampled, need, pool: pool.sort() }
    })
    .filter(({ need }) => need > 0)
}

export async function completeSample(
  deps: ReviewDeps,
  turn: Turn,
  id: string,
  by: string,
  nonce: string,
): Promise<{ drawn: { handler: string; cases: string[] }[]; entry: ChainEntry }> {
  const sample = await findSample(turn.tx, id)
  if (!sample) throw new Refusal('not-found', '没有这次抽查')
  if (sample.state !== 'committed') throw new Refusal('conflict', '这次抽查已完成')
  const { body } = await committed(turn, sample.body, sample.commitment)
  const drawn = await sampleOutcome(body.groups, sample.commitment, sample.secret, nonce)
  const entry = await append(
    turn.tx,
    CHAIN,
    'sample.completed',
    { sampleId: id, commitment: sample.commitment, serverSecret: sample.secret, nonce, by, drawn },
    turn.now,
  )
  if (!(await closeSample(turn.tx, id))) throw new Refusal('conflict', '这次抽查已完成')
  for (const caseId of drawn.flatMap(({ cases }) => cases)) {
    const review = await reviewOfCase(turn.tx, caseId)
    // Selected by hand since the list was frozen: it is reviewed anyway.
    if (review?.step !== 'filed' || review.kind !== null) continue
    await moveOn(deps, turn, review, { do: 'select', kind: 'routine', trigger: null }, { by, body: { sampleId: id } })
  }
  turn.touch(...REVIEW_PANELS)
  turn.afterCommit(() => deps.anchor(CHAIN, entry))
  return { drawn, entry }
}

/** Where a sample's two entries stand: the first is kept with it, the second is the newest one that names it. */
export async function sampleSeqs(
  { records }: ReviewDeps,
  row: { id: string; state: string; body: string },
): Promise<(number | null)[]> {
  const { seq } = JSON.parse(row.body) as { seq?: number }
  if (row.state !== 'completed') return [seq ?? null]
  const ended = await latestEntries(records.read, CHAIN, ['sample.completed'], 500)
  return [seq ?? null, ended.find(({ body }) => body.sampleId === row.id)?.seq ?? null]
}
