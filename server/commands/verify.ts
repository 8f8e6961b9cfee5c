/** `npm run verify -- draws|review|petitions|chain FILE.ndjson` · `npm run verify -- audit`: recomputes; exit 1 and the place on the first difference. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Anchor, checkAnchors, parseAnchors } from '../../contract/anchors.ts'
import { type ChainFailure, checkLinks, parseChain } from '../../contract/chain.ts'
import { verifyDraws } from '../../contract/verify-draws.ts'
import { verifyPetitions } from '../../contract/verify-petitions.ts'
import { verifyReview } from '../../contract/verify-review.ts'
import { anchorFolder } from '../anchor.ts'
import { systemClock } from '../clock.ts'
import { CHAINS } from '../records/chain.ts'
import { RecordStore } from '../records/store.ts'
import { type ChainProof, proveAll } from '../upkeep/backup/prove.ts'
import { ARCHIVE } from '../upkeep/backup/set.ts'
import { presentDataDir } from './environment.ts'
import { recordsOf } from './place.ts'

const USAGE = `用法：
  npm run verify -- draws 文件.ndjson    复算导出的分案链：链接、机会、种子、中签人
                                        （draws 与 review 后可再加一份外部存证文件，对照链尾是否被改写）
  npm run verify -- review 文件.ndjson   复算导出的评查链：链接、常规抽查、环节与回避
  npm run verify -- petitions 文件.ndjson 复算导出的信访链：链接、逐级降色、提请与批准分离
  npm run verify -- chain 文件.ndjson    只核对哈希链接
  npm run verify -- audit               核对数据目录中的审计链（数据目录取 SANLING_DATA，缺省 ./data/server，没有则 ./data/demo；PostgreSQL 加 --config 目录）`

const say = (text: string) => process.stdout.write(`${text}\n`)
const fail = (failures: readonly ChainFailure[]): void => {
  for (const { seq, what } of failures.slice(0, 20)) say(`第 ${seq} 条：${what}`)
  if (failures.length > 20) say(`另有 ${failures.length - 20} 处`)
  process.exitCode = 1
}

function readFile(file: string | undefined): string {
  if (!file) throw new Error(USAGE)
  const path = resolve(file)
  if (!existsSync(path)) throw new Error(`没有文件 ${path}`)
  return readFileSync(path, 'utf8')
}

async function draws(file: string | undefined, kept: string | undefined): Promise<void> {
  const text = readFile(file)
  const { entries, draws: count, failures } = await verifyDraws(text)
  told(`条目 ${entries}，抽签 ${count} 次`, [...failures, ...againstAnchors(text, kept)])
}

async function review(file: string | undefined, kept: string | undefined): Promise<void> {
  const text = readFile(file)
  const { entries, samples, reviews, failures } = await verifyReview(text)
  told(`条目 ${entries}，检查与评查 ${reviews} 件，抽查 ${samples} 次`, [...failures, ...againstAnchors(text, kept)])
}

async function petitions(file: string | undefined, kept: string | undefined): Promise<void> {
  const text = readFile(file)
  const { entries, matters, failures } = await verifyPetitions(text)
  told(`条目 ${entries}，事项 ${matters} 件`, [...failures, ...againstAnchors(text, kept)])
}

function told(words: string, failures: readonly ChainFailure[]): void {
  say(`${words}，${failures.length === 0 ? '全部一致' : `不一致 ${failures.length} 处`}`)
  if (failures.length > 0) fail(failures)
}

/** A rewritten tail has good links; heads kept outside contradict it. */
function againstAnchors(text: string, kept: string | undefined): ChainFailure[] {
  if (!kept) return []
  const { anchors, failures } = parseAnchors(readFile(kept))
  return [...failures, ...checkAnchors(parseChain(text).entries, anchors)]
}

async function links(text: string, name: string): Promise<void> {
  const { entries, failures } = parseChain(text)
  told(`${name} 链 ${entries.length} 条`, [...failures, ...(await checkLinks(entries))])
}

function toldOf({ chain, entries, archived, away, failures }: ChainProof, anchors: number): void {
  const notes = [
    ...(archived ? [`其中归档 ${archived} 条`] : []),
    ...(away ? [`${away} 份归档文件不在本机，未核对`] : []),
    ...(anchors > 0 ? [`外部存证 ${anchors} 处`] : []),
  ]
  told([`${chain} 链 ${entries} 条`, ...notes].join('，'), failures)
}

/** Heads that were kept outside the data folder. A file that was touched itself is told; what can be read of it counts. */
function anchorsOf(folder: string, chain: string): { kept: Anchor[]; failures: ChainFailure[] } {
  const file = join(folder, `${chain}.ndjson`)
  if (!existsSync(file)) return { kept: [], failures: [] }
  const { anchors, failures } = parseAnchors(readFileSync(file, 'utf8'))
  return {
    kept: anchors.filter((anchor) => anchor.chain === chain),
    failures: failures.map(({ seq, what }) => ({ seq, what: `外部存证 ${file}：${what}` })),
  }
}

async function audit(configDir: string): Promise<void> {
  const dataDir = presentDataDir()
  const folder = anchorFolder(dataDir)
  const records = new RecordStore(recordsOf(dataDir, configDir), {
    now: systemClock.now,
    committed: () => undefined,
    failed: () => undefined,
  })
  try {
    // Read before the chains: they may only have grown since.
    const outside = new Map(
      CHAINS.map((chain): [string, ReturnType<typeof anchorsOf>] => [chain, anchorsOf(folder, chain)]),
    )
    const proofs = await proveAll(records.read, join(dataDir, ARCHIVE), (chain) => outside.get(chain)?.kept ?? [])
    for (const proof of proofs) {
      const { kept, failures } = outside.get(proof.chain) ?? { kept: [], failures: [] }
      toldOf({ ...proof, failures: [...failures, ...proof.failures] }, kept.length)
    }
    if (!existsSync(folder)) say(`没有外部存证文件夹 ${folder}：只核对了链接，看不出链尾是否缺失`)
  } finally {
    await records.close()
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { config: { type: 'string', default: './config' } },
})
const [what, file, kept] = positionals
try {
  if (what === 'draws') await draws(file, kept)
  else if (what === 'review') await review(file, kept)
  else if (what === 'petitions') await petitions(file, kept)
  else if (what === 'chain') await links(readFile(file), '导出')
  else if (what === 'audit') await audit(resolve(values.config))
  else throw new Error(USAGE)
} catch (error) {
  const said = error instanceof Error ? error.message : String(error)
  const spoilt = /not a database|malformed|SQLITE_CORRUPT/i.test(said)
  const words = spoilt ? `数据库文件损坏，无法核对（${said}）：保全现场后停服务，用 npm run restore 恢复最近备份` : said
  process.stderr.write(`${words}\n`)
  process.exitCode = 2
}
