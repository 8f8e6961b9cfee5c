import { z } from 'zod'
import { type ChainEntry, type ChainFailure, checkLinks, inChunks, parseChain } from './chain.ts'
import { commitTo } from './draw.ts'
import { SampleCommitted, SampleCompleted, type SampleGroup, sampleOutcome } from './sample.ts'

/** What anyone can say of an exported review chain: every sample repeated, every review followed step by step. */
export interface ReviewVerdict {
  ok: boolean
  entries: number
  samples: number
  reviews: number
  failures: ChainFailure[]
}

/** Repeats every sample of an NDJSON export; names each place that does not fit. Nothing is trusted but the text. */
export async function verifyReview(ndjson: string): Promise<ReviewVerdict> {
  const { entries, failures } = parseChain(ndjson)
  failures.push(...(await checkLinks(entries)))
  const [samples, steps] = [new SampleBook(), new StepBook()]
  // `take` does its book-keeping before it first waits, so entries asked together are still taken in order.
  failures.push(...(await inChunks(entries, (entry) => samples.take(entry))).flat())
  failures.push(...entries.flatMap((entry) => steps.take(entry)))
  failures.sort((a, b) => a.seq - b.seq)
  return {
    ok: failures.length === 0,
    entries: entries.length,
    samples: samples.completed,
    reviews: steps.opened,
    failures,
  }
}

type Complain = (what: string) => void

interface OpenSample {
  body: SampleCommitted
  commitment: string
  ended: boolean
}

/** Follows 常规抽查 through a chain, one entry after another. */
export class SampleBook {
  completed = 0
  readonly #samples = new Map<string, OpenSample>()

  async take(entry: ChainEntry): Promise<ChainFailure[]> {
    const found: string[] = []
    const complain: Complain = (what) => found.push(what)
    if (entry.type === 'sample.committed') this.#commit(entry, complain)
    if (entry.type === 'sample.completed') await this.#complete(entry, complain)
    return found.map((what) => ({ seq: entry.seq, what }))
  }

  #commit(entry: ChainEntry, complain: Complain): void {
    const parsed = SampleCommitted.strict().safeParse(entry.body)
    if (!parsed.success) return void complain(`抽查承诺字段不符：${parsed.error.issues[0]?.path.join('.')}`)
    const body = parsed.data
    if (this.#samples.has(body.sampleId)) return void complain(`抽查编号 ${body.sampleId} 重复`)
    if (!ascending(body.groups.map(({ handler }) => handler))) complain('承办人未按编号排序或有重复')
    for (const group of body.groups) checkGroup(group, body.rules, complain)
    const cases = body.groups.flatMap(({ pool }) => pool)
    if (new Set(cases).size !== cases.length) complain('同一案件列在两名承办人名下')
    this.#samples.set(body.sampleId, { body, commitment: entry.hash, ended: false })
  }

  async #complete(entry: ChainEntry, complain: Complain): Promise<void> {
    const parsed = SampleCompleted.strict().safeParse(entry.body)
    if (!parsed.success) return void complain(`抽查结果字段不符：${parsed.error.issues[0]?.path.join('.')}`)
    const { sampleId, commitment, serverSecret, nonce, drawn } = parsed.data
    const sample = this.#samples.get(sampleId)
    if (!sample) return void complain(`没有抽查 ${sampleId} 的承诺`)
    if (sample.ended) return void complain(`抽查 ${sampleId} 已经完成`)
    sample.ended = true
    this.completed++
    if (sample.commitment !== commitment) complain('承诺哈希与承诺条目不符')
    if ((await commitTo(serverSecret)) !== sample.body.serverCommit) complain('服务器密值与事先的承诺不符')
    const again = await sampleOutcome(sample.body.groups, sample.commitment, serverSecret, nonce)
    again.forEach(({ handler, cases }, at) => {
      const said = drawn[at]
      if (said?.handler !== handler || JSON.stringify(said.cases) !== JSON.stringify(cases))
        complain(`${handler} 应抽中 ${cases.join('、')}，实为 ${said?.cases.join('、') ?? '无'}`)
    })
    if (drawn.length !== again.length) complain('抽查结果的承办人数与承诺不符')
  }
}

const ascending = (list: readonly string[]): boolean => list.every((one, at) => at === 0 || (list[at - 1] ?? '') < one)

/** At least 5 % and 2 cases of a handler, less what was drawn before, as far as there are any (domain.md C.3). */
function checkGroup(group: SampleGroup, rules: SampleCommitted['rules'], complain: Complain): void {
  const { handler, closed, sampled, need, pool } = group
  if (!ascending(pool)) complain(`${handler} 的案件未按编号排序或有重复`)
  const wanted = Math.max(rules.perHandler, Math.ceil((closed * rules.percent) / 100))
  const expected = Math.min(Math.max(0, Math.min(wanted, closed) - sampled), pool.length)
  if (need !== expected) complain(`${handler} 应抽 ${expected} 件，实为 ${need} 件`)
}

const StepBody = z.object({ reviewId: z.string(), from: z.string(), to: z.string(), by: z.string() })
/** Steps in which somebody judges: five pairs of hands, all different (domain.md C.3, C.5). */
const HANDS: Readonly<Record<string, string>> = {
  'review.self-check': '自查',
  'review.dept-check': '核查',
  'review.evaluate': '评查',
  'review.restudy': '复核',
  'review.decide': '决定',
}

/** Follows each review through its steps: none left out, none by hands that had the case before. */
export class StepBook {
  opened = 0
  readonly #reviews = new Map<string, { step: string; hands: Map<string, string> }>()

  take(entry: ChainEntry): ChainFailure[] {
    if (!entry.type.startsWith('review.')) return []
    const found: string[] = []
    if (entry.type === 'review.opened') this.#open(entry, (what) => found.push(what))
    else this.#step(entry, (what) => found.push(what))
    return found.map((what) => ({ seq: entry.seq, what }))
  }

  #open(entry: ChainEntry, complain: Complain): void {
    const id = String(entry.body.reviewId ?? '')
    if (id === '' || this.#reviews.has(id)) return void complain(`检查 ${id} 重复或没有编号`)
    this.#reviews.set(id, { step: 'self-check', hands: new Map() })
    this.opened++
  }

  #step(entry: ChainEntry, complain: Complain): void {
    const parsed = StepBody.safeParse(entry.body)
    // Entries of other kinds (alerts, changes of term) have their own fields.
    if (!parsed.success) return
    const { reviewId, from, to, by } = parsed.data
    const review = this.#reviews.get(reviewId)
    if (!review) return void complain(`没有检查 ${reviewId} 的开始`)
    if (review.step !== from) complain(`环节接不上：上一步到 ${review.step}，本步从 ${from} 开始`)
    review.step = to
    const hand = HANDS[entry.type]
    // A check that sends the form back judges nothing yet.
    if (!hand || to === 'self-check') return
    for (const [what, other] of review.hands)
      if (other === by && what !== hand) complain(`${by} 先${what}、后${hand}同一案件`)
    review.hands.set(hand, by)
  }
}
