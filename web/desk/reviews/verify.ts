import { fromHex, sha256Hex, utf8 } from '../../../contract/bytes.ts'
import { type ChainEntry, entryHash } from '../../../contract/chain.ts'
import { commitTo } from '../../../contract/draw.ts'
import { canonicalJson } from '../../../contract/jcs.ts'
import { SampleCommitted, SampleCompleted, sampleOutcome } from '../../../contract/sample.ts'
import { StepBook } from '../../../contract/verify-review.ts'
import type { Check } from '../draws/verify.ts'

/** Recomputed in this browser with WebCrypto alone; nothing is asked of the server beyond the entries themselves. */

const hashesHold = async (entries: readonly ChainEntry[]): Promise<boolean> =>
  (await Promise.all(entries.map(async (entry) => (await entryHash(entry)) === entry.hash))).every(Boolean)

/** A review: its entries unchanged, its forms those whose hash the chain holds, its hands all different. */
export async function recomputeReview(
  entries: readonly ChainEntry[],
  forms: readonly { kind: string; body: Record<string, unknown> }[],
): Promise<Check[]> {
  const last = entries.at(-1)
  const hashes = await Promise.all(forms.map(({ body }) => sha256Hex(utf8(canonicalJson(body)))))
  const told = entries.filter(({ body }) => typeof body.form === 'string')
  const fits = forms.every(({ kind }, at) => told[at]?.type === `review.${kind}` && told[at]?.body.form === hashes[at])
  const book = new StepBook()
  const failures = entries.flatMap((entry) => book.take(entry))
  return [
    {
      what: '链上条目未改',
      note: `${entries.length} 条，逐条重算哈希`,
      shows: last?.hash ?? '',
      ok: await hashesHold(entries),
    },
    {
      what: '表单与链相符',
      note: `${forms.length} 份表单的哈希与链上登记逐份比对`,
      shows: hashes.at(-1) ?? '',
      ok: told.length === forms.length && fits,
    },
    {
      what: '环节与回避',
      note: failures[0]?.what ?? '环节首尾相接；自查、核查、评查、复核、决定均不同人',
      shows: `${entries.length} 步`,
      ok: failures.length === 0,
    },
  ]
}

/** 常规抽查: the frozen lists, the secret, and which cases come of it, step by step. */
export async function recomputeSample(entries: readonly ChainEntry[]): Promise<Check[]> {
  const [first, last] = [
    entries.find(({ type }) => type === 'sample.committed'),
    entries.find(({ type }) => type === 'sample.completed'),
  ]
  if (!first || !last) return [{ what: '抽查尚未完成', note: '出具随机数后才能复算', shows: '', ok: false }]
  const committed = SampleCommitted.parse(first.body)
  const completed = SampleCompleted.parse(last.body)
  const again = await sampleOutcome(committed.groups, first.hash, completed.serverSecret, completed.nonce)
  return [
    { what: '承诺相同', note: '各人名单、应抽件数逐字节一致', shows: first.hash, ok: await hashesHold(entries) },
    {
      what: '应抽件数相同',
      note: `每人办结数的 ${committed.rules.percent}%，且不少于 ${committed.rules.perHandler} 件`,
      shows: `合计 ${committed.groups.reduce((sum, { need }) => sum + need, 0)} 件`,
      ok: committed.groups.every(({ closed, sampled, need, pool }) => {
        const wanted = Math.max(committed.rules.perHandler, Math.ceil((closed * committed.rules.percent) / 100))
        return need === Math.min(Math.max(0, Math.min(wanted, closed) - sampled), pool.length)
      }),
    },
    {
      what: '密值与承诺相符',
      note: '抽查前已登记其哈希，服务器不能换',
      shows: completed.serverSecret,
      ok: (await commitTo(completed.serverSecret)) === committed.serverCommit && completed.commitment === first.hash,
    },
    {
      what: '随机数在案',
      note: '由案件管理的浏览器产生，此前谁都不知道',
      shows: completed.nonce,
      ok: fromHex(completed.nonce).length === 32,
    },
    {
      what: '结果相同',
      note: '不放回、无偏取整，逐人逐件重算',
      shows: `${again.reduce((sum, { cases }) => sum + cases.length, 0)} 件`,
      ok: JSON.stringify(again) === JSON.stringify(completed.drawn),
    },
  ]
}
