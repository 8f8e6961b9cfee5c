import { describe, expect, it } from 'vitest'
import { type ChainEntry, entryHash, GENESIS } from '../../contract/chain.ts'
import { commitTo } from '../../contract/draw.ts'
import { SAMPLE_ALGORITHM, type SampleCommitted, sampleOutcome } from '../../contract/sample.ts'
import { verifyReview } from '../../contract/verify-review.ts'

type Link = { type: string; body: Record<string, unknown> }
async function chained(list: readonly Link[]): Promise<ChainEntry[]> {
  const entries: ChainEntry[] = []
  let prev = GENESIS
  for (const { type, body } of list) {
    const entry = { seq: entries.length + 1, at: '2026-11-24T04:00:00.000Z', type, prev, body }
    prev = await entryHash(entry)
    entries.push({ ...entry, hash: prev })
  }
  return entries
}
const ndjson = (list: readonly unknown[]) => `${list.map((entry) => JSON.stringify(entry)).join('\n')}\n`

const SECRET = 'ab'.repeat(32)
const NONCE = 'cd'.repeat(32)
const committed = async (over: Partial<SampleCommitted> = {}): Promise<SampleCommitted> => ({
  sampleId: 's-1',
  algorithm: SAMPLE_ALGORITHM,
  rules: { version: '2026.1', percent: 5, perHandler: 2 },
  year: 2026,
  requestedBy: 'case-management',
  groups: [
    { handler: 'p07', closed: 6, sampled: 0, need: 2, pool: ['c1', 'c2', 'c3', 'c4'] },
    { handler: 'p08', closed: 60, sampled: 1, need: 2, pool: ['c5', 'c6', 'c7'] },
  ],
  serverCommit: await commitTo(SECRET),
  ...over,
})
const step = (type: string, from: string, to: string, by: string): Link => ({
  type: `review.${type}`,
  body: { reviewId: 'r1', caseId: 'c1', from, to, by, form: '', grade: '' },
})
const STEPS: Link[] = [
  { type: 'review.opened', body: { reviewId: 'r1', caseId: 'c1', rules: '2026.1', trigger: '' } },
  step('self-check', 'self-check', 'dept-check', 'p07'),
  step('dept-check', 'dept-check', 'self-check', 'p06'),
  step('self-check', 'self-check', 'dept-check', 'p07'),
  step('dept-check', 'dept-check', 'filed', 'p06'),
]

/** A whole chain; `change` may put something else into the completed body. */
async function chain(change: (body: Record<string, unknown>) => Record<string, unknown> = (body) => body, over = {}) {
  const body = await committed(over)
  const first = await chained([...STEPS, { type: 'sample.committed', body }])
  const commitment = first.at(-1)?.hash ?? ''
  const drawn = await sampleOutcome(body.groups, commitment, SECRET, NONCE)
  const completed = { sampleId: 's-1', commitment, serverSecret: SECRET, nonce: NONCE, by: 'p46', drawn }
  return chained([
    ...STEPS,
    { type: 'sample.committed', body },
    { type: 'sample.completed', body: change(completed) },
    step('select', 'filed', 'assign', 'p46'),
    step('assign', 'assign', 'evaluate', 'p46'),
    step('evaluate', 'evaluate', 'answer', 'p22'),
  ])
}
const words = async (entries: readonly unknown[]) =>
  (await verifyReview(ndjson(entries))).failures.map(({ seq, what }) => `${seq} ${what}`).join(';')

describe('verification of a review chain', () => {
  it('repeats every sample', async () => {
    expect(await verifyReview(ndjson(await chain()))).toEqual({
      ok: true,
      entries: 10,
      samples: 1,
      reviews: 1,
      failures: [],
    })
  })
  it('names the place of any flipped character', async () => {
    const entries = await chain()
    const lines = entries.map((entry) => JSON.stringify(entry))
    for (const [n, line] of lines.entries())
      for (let at = n % 5; at < line.length; at += 5) {
        const flipped = line.slice(0, at) + (line[at] === '1' ? '2' : '1') + line.slice(at + 1)
        const text = `${lines.with(n, flipped).join('\n')}\n`
        const verdict = await verifyReview(text)
        expect(verdict.ok, `line ${n + 1} offset ${at}`).toBe(false)
        // The line itself, or the one behind it, which no longer fits on.
        expect(verdict.failures.some(({ seq }) => Math.abs(seq - (n + 1)) <= 1 || seq > lines.length)).toBe(true)
      }
  }, 30_000)
  it('finds another result, secret or nonce even when the hashes were made anew', async () => {
    expect(await words(await chain((body) => ({ ...body, drawn: [{ handler: 'p07', cases: ['c1', 'c2'] }] })))).toMatch(
      /7 p07 应抽中|7 抽查结果/,
    )
    expect(await words(await chain((body) => ({ ...body, serverSecret: 'ff'.repeat(32) })))).toContain(
      '7 服务器密值与事先的承诺不符',
    )
    expect(await words(await chain((body) => ({ ...body, nonce: 'ee'.repeat(32) })))).toContain('应抽中')
    expect(await words(await chain((body) => ({ ...body, commitment: 'ee'.repeat(32) })))).toContain('承诺哈希')
    expect(await words(await chain((body) => ({ ...body, sampleId: 's-2' })))).toContain('没有抽查 s-2 的承诺')
    expect(await words(await chain((body) => ({ ...body, extra: 1 })))).toContain('字段不符')
  })
  it('finds a list that was trimmed, doubled or turned', async () => {
    const groups = (await committed()).groups
    const [one, two] = groups
    if (!one || !two) throw new Error('groups')
    const with_ = async (list: unknown[]) => words(await chain((body) => body, { groups: list }))
    expect(await with_([{ ...one, need: 1 }, two])).toContain('p07 应抽 2 件，实为 1 件')
    expect(await with_([two, one])).toContain('承办人未按编号排序')
    expect(await with_([{ ...one, pool: ['c2', 'c1', 'c3'] }, two])).toContain('案件未按编号排序')
    expect(await with_([one, { ...two, pool: ['c1', 'c6'] }])).toContain('两名承办人名下')
  })
  it('refuses a second completion, a step that does not follow, and hands that had the case before', async () => {
    const entries = await chain()
    const links = entries.map(({ type, body }) => ({ type, body }))
    const last = links[6]
    if (!last) throw new Error('chain')
    expect(await words(await chained([...links, last]))).toContain('已经完成')
    expect(await words(await chained([...STEPS, step('evaluate', 'evaluate', 'answer', 'p22')]))).toContain(
      '环节接不上',
    )
    expect(await words(await chained([...links.slice(0, 9), step('evaluate', 'evaluate', 'answer', 'p06')]))).toContain(
      'p06 先核查、后评查同一案件',
    )
    expect(await words(await chained(STEPS.slice(1)))).toContain('没有检查 r1 的开始')
    expect(await words(await chained([...STEPS.slice(0, 1), ...STEPS]))).toContain('重复')
  })
})
