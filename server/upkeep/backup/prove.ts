import { DatabaseSync } from 'node:sqlite'
import { type Anchor, checkAnchors } from '../../../contract/anchors.ts'
import { type ChainFailure, checkLinks, parseChain } from '../../../contract/chain.ts'
import { verifyDraws } from '../../../contract/verify-draws.ts'
import { verifyPetitions } from '../../../contract/verify-petitions.ts'
import { verifyReview } from '../../../contract/verify-review.ts'
import type { Reader } from '../../feature.ts'
import { CHAINS, type ChainName, chainHeads, exportChain, readChain } from '../../records/chain.ts'
import { RecordStore, type RecordsOptions } from '../../records/store.ts'
import { archivedTo, proveArchives } from '../retention/archive.ts'

export const CHAIN_WORDS: Readonly<Record<ChainName, string>> = {
  audit: '审计',
  assignment: '分案',
  review: '评查',
  petitions: '信访',
  disclosure: '文书公开',
  mediations: '调解',
  handover: '交接班',
}

export interface ChainProof {
  chain: string
  entries: number
  /** Draws repeated, only of `assignment`. */
  draws: number
  /** Of the entries, those in archive files, and how many such files are not here. */
  archived?: number
  away?: number
  failures: ChainFailure[]
}

/** Heads kept outside, of one chain. */
export type AnchorsOf = (chain: string) => readonly Anchor[]

/** @param archives folder of the pieces that have left the tables */
export async function proveAll(read: Reader, archives: string, anchorsOf?: AnchorsOf): Promise<ChainProof[]> {
  const proofs = await proveChains(read, anchorsOf)
  return Promise.all(
    proofs.map(async (proof) => {
      const { entries, away, failures } = await proveArchives(read, proof.chain, archives)
      return { ...proof, archived: entries, away, failures: [...failures, ...proof.failures] }
    }),
  )
}

/** Each chain repeated as far as its own rules can be repeated; the others by their links, page by page. */
export async function proveChains(read: Reader, anchorsOf: AnchorsOf = () => []): Promise<ChainProof[]> {
  const proofs: ChainProof[] = []
  for (const chain of CHAINS) {
    const anchors = anchorsOf(chain)
    const own = REPEATED[chain]
    proofs.push({ chain, ...(own ? await repeated(read, chain, own, anchors) : await linked(read, chain, anchors)) })
  }
  return [...proofs, ...(await strangers(read))]
}

/** A row whose chain's name was changed stands in a chain that nobody writes. */
async function strangers(read: Reader): Promise<ChainProof[]> {
  const heads = (await chainHeads(read)).filter(({ chain }) => !CHAINS.some((known) => known === chain))
  return heads.map(({ chain, seq }) => ({
    chain,
    entries: 0,
    draws: 0,
    failures: [{ seq, what: '本系统没有这条链：链名被改动' }],
  }))
}

type Repeat = (text: string) => Promise<{ entries: number; failures: ChainFailure[]; draws?: number }>
const REPEATED: Readonly<Partial<Record<ChainName, Repeat>>> = {
  assignment: verifyDraws,
  review: verifyReview,
  petitions: verifyPetitions,
}

async function repeated(read: Reader, chain: string, repeat: Repeat, anchors: readonly Anchor[]) {
  const text = (await Array.fromAsync(exportChain(read, chain))).join('')
  const { entries, failures, draws = 0 } = await repeat(text).catch((error: Error) => unrepeatable(text, error))
  return { entries, draws, failures: [...failures, ...checkAnchors(parseChain(text).entries, anchors)] }
}

/** What is not shaped as its type demands is at least held against its links. */
async function unrepeatable(text: string, error: Error) {
  const { entries, failures } = parseChain(text)
  const links = [...failures, ...(await checkLinks(entries))]
  return {
    entries: entries.length,
    draws: 0,
    failures: links.length > 0 ? links : [{ seq: 0, what: `内容不合规定，无法复算：${error.message}` }],
  }
}

const PAGE = 2000
/** The audit chain grows for years: no more than a page of it is held at once. */
async function linked(read: Reader, chain: string, anchors: readonly Anchor[]) {
  let [entries, at] = [0, await archivedTo(read, chain)]
  const start = at.seq
  const failures: ChainFailure[] = []
  for (;;) {
    const page = await readChain(read, chain, at.seq + 1, PAGE)
    const last = page.at(-1)
    if (!last) break
    failures.push(...(await checkLinks(page, at)))
    const here = anchors.filter(({ seq }) => seq > Math.max(start, at.seq) && seq <= last.seq)
    failures.push(...checkAnchors(page, here))
    entries += page.length
    at = { seq: last.seq, hash: last.hash }
  }
  failures.push(
    ...checkAnchors(
      [],
      anchors.filter(({ seq }) => seq > at.seq),
    ).map((one) => named(one, at.seq)),
  )
  return { entries: entries + start, draws: 0, failures }
}
const named = ({ seq }: ChainFailure, last: number): ChainFailure => ({
  seq,
  what: `链尾缺失：外部存证有第 ${seq} 条，现在只到第 ${last} 条`,
})

const wordOf = (chain: string): string => (CHAIN_WORDS as Readonly<Record<string, string>>)[chain] ?? `“${chain}”`

/** `审计链 120 条、分案链 14 条（抽签 3 次）……` */
export const proofWords = (proofs: readonly ChainProof[]): string =>
  proofs
    .map(({ chain, entries, draws, archived, away }) => {
      const notes = [
        ...(draws ? [`抽签 ${draws} 次`] : []),
        ...(archived ? [`已归档 ${archived} 条`] : []),
        ...(away ? [`${away} 份归档文件不在本机，未核对`] : []),
      ]
      return `${wordOf(chain)}链 ${entries} 条${notes.length > 0 ? `（${notes.join('，')}）` : ''}`
    })
    .join('、')

/** @throws Error naming the first place that does not fit */
export function insist(proofs: readonly ChainProof[]): void {
  for (const { chain, failures } of proofs)
    if (failures[0]) throw new Error(`${wordOf(chain)}链第 ${failures[0].seq} 条：${failures[0].what}`)
}

/** The database's own check, then every chain. @throws Error in Chinese */
export async function proveStore(options: RecordsOptions, archives: string, now: () => number): Promise<ChainProof[]> {
  if (options.kind === 'sqlite') checkSqlite(options.file)
  const records = new RecordStore(options, { now, committed: () => undefined, failed: () => undefined })
  try {
    const proofs = await proveAll(records.read, archives)
    insist(proofs)
    return proofs
  } finally {
    await records.close()
  }
}

export function checkSqlite(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const [answer] = db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[]
    if (answer?.integrity_check !== 'ok')
      throw new Error(`数据库完整性检查未通过：${answer?.integrity_check ?? '无结果'}`)
  } finally {
    db.close()
  }
}
