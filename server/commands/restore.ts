/** `npm run restore -- FILE`: into an empty data folder, then every chain is verified. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { checkLinks, parseChain } from '../../contract/chain.ts'
import { verifyDraws } from '../../contract/verify-draws.ts'
import { systemClock } from '../clock.ts'
import { exportChain } from '../records/chain.ts'
import { RecordStore } from '../records/store.ts'
import { checkManifest, putBack } from './backup-set.ts'
import { readEnvironment } from './environment.ts'

const dataDir = readEnvironment().dataDir ?? resolve('./data/demo')
const source = process.argv[2] ? resolve(process.argv[2]) : undefined
const say = (text: string) => process.stdout.write(`${text}\n`)

/** The database's own check, then the chains. */
async function prove(file: string): Promise<void> {
  const db = new DatabaseSync(file, { readOnly: true })
  const [answer] = db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[]
  db.close()
  if (answer?.integrity_check !== 'ok')
    throw new Error(`数据库完整性检查未通过：${answer?.integrity_check ?? '无结果'}`)
  const records = new RecordStore(
    { kind: 'sqlite', file },
    { now: systemClock.now, committed: () => undefined, failed: () => undefined },
  )
  try {
    const text = async (chain: string) => (await Array.fromAsync(exportChain(records.read, chain))).join('')
    const draws = await verifyDraws(await text('assignment'))
    if (!draws.ok) throw new Error(`分案链第 ${draws.failures[0]?.seq} 条：${draws.failures[0]?.what}`)
    const audit = parseChain(await text('audit'))
    const failures = [...audit.failures, ...(await checkLinks(audit.entries))]
    if (failures[0]) throw new Error(`审计链第 ${failures[0].seq} 条：${failures[0].what}`)
    say(
      `完整性检查通过；分案链 ${draws.entries} 条、抽签 ${draws.draws} 次全部一致；审计链 ${audit.entries.length} 条一致`,
    )
  } finally {
    await records.close()
  }
}

try {
  if (!source) throw new Error('用法：npm run restore -- 备份目录（恢复到 SANLING_DATA 指明的空目录）')
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0)
    throw new Error(`数据目录 ${dataDir} 不是空的；请换一个空目录再恢复`)
  const manifest = await checkManifest(source)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  putBack(source, dataDir, manifest)
  try {
    await prove(join(dataDir, 'records.sqlite'))
    say(`已恢复到 ${dataDir}`)
  } catch (error) {
    for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true, force: true })
    throw error
  }
} catch (error) {
  process.stderr.write(`恢复失败：${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
