/** `npm run backup -- FOLDER [--config DIR] [--passphrase-file FILE]`: online backup while the product runs. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../clock.ts'
import { takeBackup } from '../upkeep/backup/take.ts'
import { VERSION } from '../version.ts'
import { presentDataDir } from './environment.ts'
import { recordsOf, upkeepArguments } from './place.ts'

const options = { config: { type: 'string' }, 'passphrase-file': { type: 'string' } } as const
const USAGE =
  '用法：npm run backup -- 备份目录 [--config 配置目录] [--passphrase-file 口令文件]（数据目录取 SANLING_DATA，缺省 ./data/server，没有则 ./data/demo）'

try {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [given] = positionals
  if (!given) throw new Error(USAGE)
  const { configDir, passphrase } = upkeepArguments(values)
  const dataDir = presentDataDir()
  const target = resolve(given)
  const records = recordsOf(dataDir, configDir)
  const { manifest, privateFiles, sealed } = await takeBackup({
    dataDir,
    records,
    target,
    passphrase,
    version: VERSION,
    now: systemClock.now(),
  })
  const keys =
    privateFiles.length === 0
      ? '数据目录里没有密钥文件。'
      : sealed
        ? `密钥 ${privateFiles.join('、')} 已用口令加密存入 private.sealed；没有口令无法恢复，请另行保管口令。`
        : `注意：备份含密钥 ${privateFiles.join('、')}（未加密，仅本账号可读 0600）。得到这份备份的人可以冒用本院签章与登录，请存放在受控介质上，或加 --passphrase-file 加密。`
  process.stdout.write(
    `已备份到 ${target}：${manifest.files.length} 个文件，${manifest.files[0]?.name} 校验值 ${manifest.files[0]?.sha256}\n${keys}\n采集器尚未送达的数据在其自己的 spool/ 中，不在备份内。\n`,
  )
} catch (error) {
  process.stderr.write(`备份失败：${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
