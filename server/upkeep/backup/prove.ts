import { DatabaseSync } from 'node:sqlite'
import { type ChainFailure, checkLinks, parseChain } from '../../../contract/chain.ts'
import { verifyDraws } from '../../../contract/verify-draws.ts'
import { verifyPetitions } from '../../../contract/verify-petitions.ts'
import { verifyReview } from '../../../contract/verify-review.ts'
import type { Reader } from '../../feature.ts'
import { exportChain } from '../../records/chain.ts'
import { RecordStore, type RecordsOptions } from '../../records/store.ts'

/** contract.md: every chain that the product keeps. */
export const CHAINS = ['audit', 'assignment', 'review', 'petitions', 'disclosure', 'mediations'] as const
export const CHAIN_WORDS: Readonly<Record<string, string>> = {
  audit: '审计',
  assignment: '分案',
  review: '评查',
  petitions: '信访',
  disclosure: '文书公开',
  mediations: '调解',
}

export interface ChainProof {
  chain: string
  entries: number
  /** Draws repeated, only of `assignment`. */
  draws: number
  failures: ChainFailure[]
}

/** Each chain repeated as far as its own rules can be repeated; the others by their links. */
export async function proveChains(read: Reader): Promise<ChainProof[]> {
  const proofs: ChainProof[] = []
  for (const chain of CHAINS) {
    const text = (await Array.fromAsync(exportChain(read, chain))).join('')
    proofs.push({ chain, ...(await proofOf(chain, text)) })
  }
  return proofs
}

async function proofOf(chain: string, text: string): Promise<Omit<ChainProof, 'chain'>> {
  if (chain === 'assignment') return verifyDraws(text)
  if (chain === 'review') return { draws: 0, ...(await verifyReview(text)) }
  if (chain === 'petitions') return { draws: 0, ...(await verifyPetitions(text)) }
  const { entries, failures } = parseChain(text)
  return { entries: entries.length, draws: 0, failures: [...failures, ...(await checkLinks(entries))] }
}

/** `审计链 120 条、分案链 14 条（抽签 3 次）……` */
export const proofWords = (proofs: readonly ChainProof[]): string =>
  proofs
    .map(({ chain, entries, draws }) => `${CHAIN_WORDS[chain]}链 ${entries} 条${draws ? `（抽签 ${draws} 次）` : ''}`)
    .join('、')

/** @throws Error naming the first place that does not fit */
export function insist(proofs: readonly ChainProof[]): void {
  for (const { chain, failures } of proofs)
    if (failures[0]) throw new Error(`${CHAIN_WORDS[chain]}链第 ${failures[0].seq} 条：${failures[0].what}`)
}

/** The database's own check, then every chain. @throws Error in Chinese */
export async function proveStore(options: RecordsOptions, now: () => number): Promise<ChainProof[]> {
  if (options.kind === 'sqlite') checkSqlite(options.file)
  const records = new RecordStore(options, { now, committed: () => undefined, failed: () => undefined })
  try {
    const proofs = await proveChains(records.read)
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
