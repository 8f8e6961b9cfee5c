import { fromHex, sha256Hex } from '../../../contract/bytes.ts'
import { type ChainEntry, entryHash } from '../../../contract/chain.ts'
import { Committed, Completed, commitTo, drawSeed, outcome, tickets, totalTickets } from '../../../contract/draw.ts'

/** One check of the seven, with the hash or number that it compared. */
export interface Check {
  what: string
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
  if (!first || !last) return [{ what: '抽签尚未完成', shows: '', ok: false }]
  const committed = Committed.parse(first.body)
  const completed = Completed.parse(last.body)
  const nonces = completed.contributions.map(({ nonce }) => nonce)
  const seed = await drawSeed(completed.serverSecret, first.hash, nonces)
  const again = await outcome(committed.pool, first.hash, completed.serverSecret, nonces)
  const pool = tickets(committed.pool, committed.params).pool
  const hashes = await Promise.all(entries.map(async (entry) => (await entryHash(entry)) === entry.hash))
  const promised = entries.filter(({ type }) => type === 'draw.contributed')
  const kept = await Promise.all(
    promised.map(async ({ body }) => {
      const given = completed.contributions.find(({ role }) => role === body.role)
      return given !== undefined && (await sha256Hex(fromHex(given.nonce))) === body.nonceHash
    }),
  )
  return [
    {
      what: '名单与机会数在抽签前冻结，机会数可由负荷重算',
      shows: `合计 ${totalTickets(pool)}`,
      ok: JSON.stringify(pool) === JSON.stringify(committed.pool),
    },
    { what: '每个条目的内容与其哈希一致', shows: first.hash, ok: hashes.every(Boolean) },
    {
      what: '服务器密值与抽签前的承诺一致',
      shows: committed.serverCommit,
      ok: (await commitTo(completed.serverSecret)) === committed.serverCommit,
    },
    {
      what: promised.length > 0 ? '各方随机数与先前提交的哈希一致' : '随机数由唯一一方直接出具',
      shows: nonces[0] ?? '',
      ok: kept.every(Boolean),
    },
    { what: '种子由密值、承诺与随机数算出', shows: seed, ok: seed === completed.seed },
    {
      what: '抽签数字无偏取得',
      shows: `r = ${again.r}，第 ${again.counter + 1} 次取数`,
      ok: again.r === completed.r && again.counter === completed.counter,
    },
    { what: '中签人与结果一致', shows: again.winner, ok: again.winner === completed.winner },
  ]
}
