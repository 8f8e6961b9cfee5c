import { fromHex, sha256Hex } from '../../../contract/bytes.ts'
import { type ChainEntry, entryHash } from '../../../contract/chain.ts'
import { Committed, Completed, commitTo, drawSeed, outcome, tickets, totalTickets } from '../../../contract/draw.ts'

/** One check of the seven, with the hash or number that it compared. */
export interface Check {
  what: string
  note: string
  shows: string
  ok: boolean
}

/**
 * Repeats a finished draw in this browser with WebCrypto alone (draw.md), step by step. Nothing is asked of the server
 * beyond the entries themselves.
 */
export async function recompute(entries: readonly ChainEntry[]): Promise<Check[]> {
  const first = entries.find(({ type }) => type === 'draw.committed')
  const last = entries.find(({ type }) => type === 'draw.completed')
  if (!first || !last) return [{ what: '抽签尚未完成', note: '完成后才能复算', shows: '', ok: false }]
  const committed = Committed.parse(first.body)
  const completed = Completed.parse(last.body)
  const nonces = completed.contributions.map(({ nonce }) => nonce)
  const seed = await drawSeed(completed.serverSecret, first.hash, nonces)
  const again = await outcome(committed.pool, first.hash, completed.serverSecret, nonces)
  const pool = tickets(committed.pool, committed.params).pool
  return [
    {
      what: '机会数相同',
      note: '由参与比例与负荷逐人重算，全程整数',
      shows: `合计 ${totalTickets(pool)}`,
      ok: JSON.stringify(pool) === JSON.stringify(committed.pool),
    },
    {
      what: '承诺相同',
      note: '名单、比例、负荷、规则逐字节一致，记录未改',
      shows: first.hash,
      ok: await hashesHold(entries),
    },
    {
      what: '密值与承诺相符',
      note: '抽签前已登记其哈希，服务器不能换',
      shows: completed.serverSecret,
      ok: (await commitTo(completed.serverSecret)) === committed.serverCommit,
    },
    await nonceCheck(entries, completed),
    {
      what: '种子相同',
      note: 'HMAC-SHA256（密值，承诺与随机数）',
      shows: seed,
      ok: seed === completed.seed && completed.commitment === first.hash,
    },
    {
      what: '取整无偏',
      note: `拒绝采样，第 ${again.counter + 1} 次即有效`,
      shows: `${again.r} / ${again.total}`,
      ok: again.r === completed.r && again.counter === completed.counter && again.total === completed.total,
    },
    {
      what: '结果相同',
      note: '签号落在该候选人的区间',
      shows: again.winner,
      ok: again.winner === completed.winner,
    },
  ]
}

/** Every entry hashes to what it says, and entries with neighbouring numbers are chained. */
async function hashesHold(entries: readonly ChainEntry[]): Promise<boolean> {
  const hashes = await Promise.all(entries.map(async (entry) => (await entryHash(entry)) === entry.hash))
  const linked = entries.every((entry, at) => {
    const before = entries[at - 1]
    return !before || before.seq + 1 !== entry.seq || before.hash === entry.prev
  })
  return hashes.every(Boolean) && linked
}

async function nonceCheck(entries: readonly ChainEntry[], completed: Completed): Promise<Check> {
  const promised = entries.filter(({ type }) => type === 'draw.contributed')
  const kept = await Promise.all(
    promised.map(async ({ body }) => {
      const given = completed.contributions.find(({ role }) => role === body.role)
      return given !== undefined && (await sha256Hex(fromHex(given.nonce))) === body.nonceHash
    }),
  )
  return {
    what: '随机数齐全',
    note: promised.length > 0 ? '各方先提交哈希后公开，两者相符' : '由唯一一方在其电脑产生并直接出具',
    shows: completed.contributions[0]?.nonce ?? '',
    ok: kept.every(Boolean),
  }
}
