/** `npm run restore -- FOLDER [--config DIR] [--passphrase-file FILE]`: into an empty data folder, then all is verified. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../clock.ts'
import { proofWords } from '../upkeep/backup/prove.ts'
import { restoreBackup } from '../upkeep/backup/restore.ts'
import { readEnvironment } from './environment.ts'
import { postgresUrl, upkeepArguments } from './place.ts'

const options = { config: { type: 'string' }, 'passphrase-file': { type: 'string' } } as const
const say = (text: string) => process.stdout.write(`${text}\n`)

try {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [given] = positionals
  if (!given)
    throw new Error(
      '用法：npm run restore -- 备份目录 [--config 配置目录] [--passphrase-file 口令文件]（恢复到 SANLING_DATA 指明的空目录）',
    )
  const dataDir = readEnvironment().dataDir ?? resolve('./data/demo')
  const { configDir, passphrase } = upkeepArguments(values)
  const { proofs, privateFiles } = await restoreBackup({
    source: resolve(given),
    dataDir,
    postgresUrl: values.config === undefined ? undefined : postgresUrl(dataDir, configDir),
    passphrase,
    withKeys: true,
    now: systemClock.now,
  })
  say(`完整性检查通过；${proofWords(proofs)}，全部一致`)
  say(
    privateFiles.length > 0
      ? `密钥已放回：${privateFiles.join('、')}（仅本账号可读）`
      : '备份不含密钥文件：请把另行保管的 secrets.json 与 keys/ 放回数据目录',
  )
  say(`已恢复到 ${dataDir}`)
} catch (error) {
  process.stderr.write(`恢复失败：${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
