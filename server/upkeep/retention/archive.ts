import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type ChainFailure, checkLinks, GENESIS, parseChain } from '../../../contract/chain.ts'
import type { ArchivePiece } from '../../../contract/http/retention.ts'
import type { Reader, Turn, Tx } from '../../feature.ts'
import { chainHead, readChain } from '../../records/chain.ts'
import type { RetentionTables } from './tables.ts'

/** Pieces of the audit chain that have left the table for files; they stay part of the chain. */
type Tables = RetentionTables & {
  chain_entry: { chain: string; seq: number }
  audit_index: { seq: number }
}
const on = (db: Reader | Tx) => db.withTables<Tables>()
const AT_ONCE = 2000
const CHAIN = 'audit'

export interface Piece extends ArchivePiece {
  prev: string
  hash: string
}

export async function archivesOf(db: Reader | Tx, chain: string): Promise<Piece[]> {
  const rows = await on(db)
    .selectFrom('chain_archive')
    .selectAll()
    .where('chain', '=', chain)
    .orderBy('from_seq')
    .execute()
  return rows.map((row) => ({
    fromSeq: Number(row.from_seq),
    toSeq: Number(row.to_seq),
    prev: row.prev,
    hash: row.hash,
    file: row.file,
    sha256: row.sha256,
    at: Number(row.at),
  }))
}

/** Where the chain of the table begins; records of before know no archive. */
export async function archivedTo(db: Reader, chain: string): Promise<{ seq: number; hash: string }> {
  const pieces = await archivesOf(db, chain).catch(() => [])
  const last = pieces.at(-1)
  return last ? { seq: last.toSeq, hash: last.hash } : { seq: 0, hash: GENESIS }
}

/**
 * Moves the oldest entries of before `cutoff` (epoch ms) into a file, at most `limit`: on disk before they leave the
 * table, in one turn. The last entry always stays: the next one is linked to it.
 * @returns the piece; undefined when nothing is old enough
 */
export async function archiveOnce(
  turn: Turn,
  folder: string,
  cutoff: number,
  limit = AT_ONCE,
): Promise<Piece | undefined> {
  const before = (await archivesOf(turn.tx, CHAIN)).at(-1)
  const head = await chainHead(turn.tx, CHAIN)
  const oldest = await readChain(turn.tx, CHAIN, 0, limit)
  const until = oldest.findIndex(({ at, seq }) => Date.parse(at) >= cutoff || seq === head.seq)
  const entries = until < 0 ? oldest : oldest.slice(0, until)
  const [first, last] = [entries[0], entries.at(-1)]
  if (!first || !last) return undefined
  const start = before ? { seq: before.toSeq, hash: before.hash } : { seq: 0, hash: GENESIS }
  const [failure] = await checkLinks(entries, start)
  // A chain that does not fit is evidence: it stays where it is.
  if (failure) throw new Error(`审计链第 ${failure.seq} 条：${failure.what}；未归档`)
  const file = `audit-${pad(first.seq)}-${pad(last.seq)}.ndjson`
  const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
  keep(folder, file, text)
  const piece: Piece = {
    fromSeq: first.seq,
    toSeq: last.seq,
    prev: first.prev,
    hash: last.hash,
    file,
    sha256: createHash('sha256').update(text).digest('hex'),
    at: turn.now,
  }
  await on(turn.tx)
    .insertInto('chain_archive')
    .values({
      chain: CHAIN,
      from_seq: piece.fromSeq,
      to_seq: piece.toSeq,
      prev: piece.prev,
      hash: piece.hash,
      file,
      sha256: piece.sha256,
      at: piece.at,
    })
    .execute()
  await on(turn.tx).deleteFrom('chain_entry').where('chain', '=', CHAIN).where('seq', '<=', last.seq).execute()
  await on(turn.tx).deleteFrom('audit_index').where('seq', '<=', last.seq).execute()
  return piece
}

const pad = (seq: number): string => String(seq).padStart(10, '0')

/** Whole and on disk, or not there. */
function keep(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, file)
  const handle = openSync(`${path}.new`, 'w', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(`${path}.new`, path)
}

/** The archived part repeated from its files; a file that was taken to another place is counted, not proved. */
export async function proveArchives(db: Reader, chain: string, folder: string) {
  const pieces = await archivesOf(db, chain).catch(() => [])
  const failures: ChainFailure[] = []
  let [entries, away, at] = [0, 0, { seq: 0, hash: GENESIS }]
  for (const piece of pieces) {
    if (piece.prev !== at.hash || piece.fromSeq !== at.seq + 1)
      failures.push({ seq: piece.fromSeq, what: `归档 ${piece.file} 与前一份接不上` })
    const path = join(folder, piece.file)
    if (!existsSync(path)) away++
    else failures.push(...(await proveFile(path, piece, at)))
    entries += piece.toSeq - piece.fromSeq + 1
    at = { seq: piece.toSeq, hash: piece.hash }
  }
  return { entries, away, failures }
}

async function proveFile(path: string, piece: Piece, start: { seq: number; hash: string }): Promise<ChainFailure[]> {
  const bytes = readFileSync(path)
  if (createHash('sha256').update(bytes).digest('hex') !== piece.sha256)
    return [{ seq: piece.fromSeq, what: `归档 ${piece.file} 与归档时的校验值不符` }]
  const { entries, failures } = parseChain(bytes.toString('utf8'))
  const broken = [...failures, ...(await checkLinks(entries, start))]
  if (entries.at(-1)?.hash !== piece.hash)
    broken.push({ seq: piece.toSeq, what: `归档 ${piece.file} 的末条不是归档时的末条` })
  return broken
}
