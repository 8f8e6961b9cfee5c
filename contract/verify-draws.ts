import { fromHex, sha256Hex } from './bytes.ts'
import { type ChainEntry, type ChainFailure, checkLinks, inChunks, parseChain } from './chain.ts'
import { byId, Cancelled, Committed, Completed, Contributed, commitTo, outcome, tickets } from './draw.ts'

/** What anyone can say of an exported assignment chain with draw.md alone. */
export interface Verdict {
  ok: boolean
  entries: number
  draws: number
  failures: ChainFailure[]
}

/** Repeats every draw of an NDJSON export. Names each place that does not fit; nothing is trusted but the text itself. */
export async function verifyDraws(ndjson: string): Promise<Verdict> {
  const { entries, failures } = parseChain(ndjson)
  failures.push(...(await checkLinks(entries)))
  const draws = new DrawBook()
  // `take` does its book-keeping before it first waits, so entries asked together are still taken in order.
  failures.push(...(await inChunks(entries, (entry) => draws.take(entry))).flat())
  failures.sort((a, b) => a.seq - b.seq)
  return { ok: failures.length === 0, entries: entries.length, draws: draws.completed, failures }
}

interface OpenDraw {
  body: Committed
  commitment: string
  hashes: Map<string, Contributed>
  ended: boolean
}

/** Follows the draws through a chain, one entry after another. */
export class DrawBook {
  completed = 0
  readonly #draws = new Map<string, OpenDraw>()

  async take(entry: ChainEntry): Promise<ChainFailure[]> {
    const found: string[] = []
    const complain = (what: string) => found.push(what)
    if (entry.type === 'draw.committed') this.#commit(entry, complain)
    if (entry.type === 'draw.contributed') this.#contribute(entry, complain)
    if (entry.type === 'draw.completed') await this.#complete(entry, complain)
    if (entry.type === 'draw.cancelled') await this.#cancel(entry, complain)
    return found.map((what) => ({ seq: entry.seq, what }))
  }

  #commit(entry: ChainEntry, complain: (what: string) => void): void {
    const parsed = Committed.safeParse(entry.body)
    if (!parsed.success) {
      complain(`承诺条目字段不符：${parsed.error.issues[0]?.path.join('.')}`)
      return
    }
    const body = parsed.data
    if (this.#draws.has(body.drawId)) {
      complain(`抽签编号 ${body.drawId} 重复`)
      return
    }
    for (const [name, list] of [
      ['候选', body.pool],
      ['排除', body.excluded],
    ] as const) {
      const sorted = [...list].sort(byId)
      if (list.some((member, at) => member !== sorted[at]) || new Set(list.map(({ id }) => id)).size !== list.length)
        complain(`${name}名单未按编号排序或有重复`)
    }
    const excluded = new Set(body.excluded.map(({ id }) => id))
    for (const { id } of body.pool) if (excluded.has(id)) complain(`${id} 同时在候选与排除名单`)
    const expected = tickets(body.pool, body.params).pool
    body.pool.forEach((member, at) => {
      if (member.tickets !== expected[at]?.tickets)
        complain(`${member.id} 的机会数应为 ${expected[at]?.tickets}，实为 ${member.tickets}`)
    })
    if (new Set(body.contributors).size !== body.contributors.length) complain('出具随机数的角色重复')
    this.#draws.set(body.drawId, { body, commitment: entry.hash, hashes: new Map(), ended: false })
  }

  #open(drawId: string, commitment: string, complain: (what: string) => void): OpenDraw | undefined {
    const draw = this.#draws.get(drawId)
    if (!draw) {
      complain(`没有抽签 ${drawId} 的承诺`)
      return undefined
    }
    if (draw.ended) complain(`抽签 ${drawId} 已经结束`)
    if (draw.commitment !== commitment) complain('承诺哈希与承诺条目不符')
    return draw
  }

  #contribute(entry: ChainEntry, complain: (what: string) => void): void {
    const parsed = Contributed.safeParse(entry.body)
    if (!parsed.success) {
      complain(`随机数承诺字段不符：${parsed.error.issues[0]?.path.join('.')}`)
      return
    }
    const { drawId, commitment, role, by } = parsed.data
    const draw = this.#open(drawId, commitment, complain)
    if (!draw) return
    if (!draw.body.contributors.includes(role)) complain(`角色 ${role} 不在出具名单`)
    if (draw.hashes.has(role)) complain(`角色 ${role} 重复出具`)
    if ([...draw.hashes.values()].some((other) => other.by === by)) complain(`${by} 一人出具了两个角色`)
    if (draw.body.pool.some(({ id }) => id === by)) complain(`候选人 ${by} 参与出具随机数`)
    draw.hashes.set(role, parsed.data)
  }

  async #complete(entry: ChainEntry, complain: (what: string) => void): Promise<void> {
    const parsed = Completed.safeParse(entry.body)
    if (!parsed.success) {
      complain(`结果条目字段不符：${parsed.error.issues[0]?.path.join('.')}`)
      return
    }
    const body = parsed.data
    const draw = this.#open(body.drawId, body.commitment, complain)
    if (!draw) return
    draw.ended = true
    this.completed++
    await this.#checkSecret(draw, body.serverSecret, complain)
    await this.#checkContributions(draw, body.contributions, complain)
    const expected = await outcome(
      draw.body.pool,
      draw.commitment,
      body.serverSecret,
      body.contributions.map(({ nonce }) => nonce),
    )
    for (const key of ['seed', 'counter', 'r', 'total', 'winner'] as const)
      if (body[key] !== expected[key]) complain(`${key} 应为 ${expected[key]}，实为 ${body[key]}`)
  }

  async #cancel(entry: ChainEntry, complain: (what: string) => void): Promise<void> {
    const parsed = Cancelled.safeParse(entry.body)
    if (!parsed.success) {
      complain(`撤销条目字段不符：${parsed.error.issues[0]?.path.join('.')}`)
      return
    }
    const draw = this.#open(parsed.data.drawId, parsed.data.commitment, complain)
    if (!draw) return
    draw.ended = true
    await this.#checkSecret(draw, parsed.data.serverSecret, complain)
    for (const { role, nonce } of parsed.data.contributions) await checkNonce(draw, role, nonce, complain)
  }

  async #checkSecret(draw: OpenDraw, secret: string, complain: (what: string) => void): Promise<void> {
    if ((await commitTo(secret)) !== draw.body.serverCommit) complain('服务器密值与事先的承诺不符')
  }

  async #checkContributions(
    draw: OpenDraw,
    contributions: Completed['contributions'],
    complain: (what: string) => void,
  ): Promise<void> {
    const { contributors } = draw.body
    if (contributions.length !== contributors.length || contributions.some(({ role }, at) => role !== contributors[at]))
      complain('随机数的角色或次序与承诺不符')
    if (new Set(contributions.map(({ by }) => by)).size !== contributions.length) complain('一人出具了两个角色')
    for (const { by, role, nonce } of contributions) {
      if (draw.body.pool.some(({ id }) => id === by)) complain(`候选人 ${by} 参与出具随机数`)
      if (contributors.length > 1) await checkNonce(draw, role, nonce, complain, by)
    }
  }
}

async function checkNonce(
  draw: OpenDraw,
  role: string,
  nonce: string,
  complain: (what: string) => void,
  by?: string,
): Promise<void> {
  const promised = draw.hashes.get(role)
  if (!promised) {
    if (draw.body.contributors.length > 1) complain(`角色 ${role} 没有先出具随机数的哈希`)
    return
  }
  if (by !== undefined && promised.by !== by) complain(`角色 ${role} 的出具人前后不一`)
  if ((await sha256Hex(fromHex(nonce))) !== promised.nonceHash) complain(`角色 ${role} 的随机数与其哈希不符`)
}
