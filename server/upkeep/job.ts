/**
 * A nightly run in a process of its own, so that alerts and screens never wait for it. Gets its order over the channel
 * (it may hold a database password), answers once and ends.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Anchor, parseAnchors } from '../../contract/anchors.ts'
import { systemClock } from '../clock.ts'
import { CHAINS } from '../records/chain.ts'
import { RecordStore, type RecordsOptions } from '../records/store.ts'
import { withScratch } from './backup/postgres.ts'
import { insist, proofWords, proveAll } from './backup/prove.ts'
import { restoreBackup } from './backup/restore.ts'
import { ARCHIVE, checkManifest, RECORDS } from './backup/set.ts'
import { takeBackup } from './backup/take.ts'

export interface JobOrder {
  kind: 'backup' | 'drill' | 'verification'
  dataDir: string
  records: RecordsOptions
  backups: string
  anchors: string
  /** Folder name of a new backup. */
  name: string
  keep: number
  passphrase: string | undefined
  version: string
}
export interface JobAnswer {
  ok: boolean
  text: string
}

const NAMED = /^sanling-\d{8}-\d{6}$/
/** Complete ones, oldest first. */
export const backupsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => NAMED.test(name) && existsSync(join(folder, name, 'manifest.json')))
        .sort()
    : []

export async function runJob(order: JobOrder): Promise<JobAnswer> {
  try {
    const run = { backup, drill, verification }[order.kind]
    return { ok: true, text: await run(order) }
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error) }
  }
}

async function backup(order: JobOrder): Promise<string> {
  const { dataDir, records, backups, name, keep, passphrase, version } = order
  const target = join(backups, name)
  sweep(backups, (each) => NAMED.test(each) && !existsSync(join(backups, each, 'manifest.json')))
  const done = await takeBackup({ dataDir, records, target, passphrase, version, now: systemClock.now() })
  const old = backupsIn(backups).slice(0, -keep)
  for (const each of old) rmSync(join(backups, each), { recursive: true, force: true })
  const keys = done.privateFiles.length === 0 ? '不含密钥' : done.sealed ? '密钥已加密' : '密钥未加密（0600）'
  return `${target}，${done.manifest.files.length} 个文件，${keys}${old.length > 0 ? `；删去过期 ${old.length} 份` : ''}`
}

/** What a run that was killed has left. */
function sweep(folder: string, isLeft: (name: string) => boolean): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder).filter(isLeft)) rmSync(join(folder, name), { recursive: true, force: true })
}

/** Into a folder and a database of its own, which are gone afterwards. */
async function drill(order: JobOrder): Promise<string> {
  const { backups, records, passphrase } = order
  const newest = backupsIn(backups).at(-1)
  if (!newest) throw new Error(`${backups} 里没有备份，无从演练`)
  const source = join(backups, newest)
  sweep(backups, (each) => each.startsWith('.drill-'))
  const folder = join(backups, `.drill-${process.pid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const restore = (postgresUrl: string | undefined) =>
    restoreBackup({
      source,
      dataDir: join(folder, 'data'),
      postgresUrl,
      passphrase,
      withKeys: false,
      now: systemClock.now,
    })
  try {
    const { files } = await checkManifest(source)
    const dumped = records.kind === 'postgres' && files.some(({ name }) => name === RECORDS.postgres)
    const { proofs } = dumped ? await withScratch(records.url, restore) : await restore(undefined)
    return `${newest} 可恢复；${proofWords(proofs)}，全部一致`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The chains in use, and the heads that were kept outside. */
async function verification({ dataDir, records, anchors }: JobOrder): Promise<string> {
  // Read before the chains: they may only have grown since.
  const kept = new Map(CHAINS.map((chain) => [chain as string, anchorsIn(anchors, chain)]))
  const store = new RecordStore(records, { now: systemClock.now, committed: () => undefined, failed: () => undefined })
  try {
    const proofs = await proveAll(store.read, join(dataDir, ARCHIVE), (chain) => kept.get(chain) ?? [])
    insist(proofs)
    const count = [...kept.values()].reduce((sum, anchored) => sum + anchored.length, 0)
    return `${proofWords(proofs)}，全部一致；外部存证 ${count} 处相符`
  } finally {
    await store.close()
  }
}

function anchorsIn(folder: string, chain: string): Anchor[] {
  const file = join(folder, `${chain}.ndjson`)
  if (!existsSync(file)) return []
  const { anchors, failures } = parseAnchors(readFileSync(file, 'utf8'))
  if (failures[0]) throw new Error(`${file}：${failures[0].what}`)
  return anchors.filter((anchor) => anchor.chain === chain)
}

// Only as a child: the server imports what is above, too.
if (process.send && process.argv[1] === import.meta.filename) {
  process.on('disconnect', () => process.exit(1))
  process.once('message', async (order: JobOrder) => {
    const answer = await runJob(order)
    process.send?.(answer, () => process.exit(0))
  })
}
