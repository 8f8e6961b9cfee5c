/** `npm run backup -- FILE`: online backup of a data folder while the product runs. */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { copyFolders, fingerprint, writeManifest } from './backup-set.ts'
import { presentDataDir } from './environment.ts'

const dataDir = presentDataDir()
const target = process.argv[2] ? resolve(process.argv[2]) : undefined

try {
  if (!target)
    throw new Error(
      '用法：npm run backup -- 备份目录（数据目录取 SANLING_DATA，缺省 ./data/server，没有则 ./data/demo）',
    )
  if (existsSync(target)) throw new Error(`${target} 已存在；备份不覆盖任何东西，请换一个名字`)
  const source = join(dataDir, 'records.sqlite')
  if (!existsSync(source)) throw new Error(`没有数据库 ${source}`)
  mkdirSync(dirname(target), { recursive: true })
  mkdirSync(target, { mode: 0o700 })
  try {
    const db = new DatabaseSync(source, { readOnly: true, timeout: 10_000 })
    // Pages are copied in steps; writers go on, and what they change meanwhile is copied again.
    const pages = await backup(db, join(target, 'records.sqlite'))
    db.close()
    copyFolders(dataDir, target)
    await writeManifest(target)
    process.stdout.write(
      `已备份到 ${target}：${pages} 页，校验值 ${await fingerprint(join(target, 'records.sqlite'))}\n指标库可由收件重算，不在备份内；密钥文件 secrets.json 请另行保管。\n`,
    )
  } catch (error) {
    rmSync(target, { recursive: true, force: true })
    throw error
  }
} catch (error) {
  process.stderr.write(`备份失败：${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
