import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { resolveSecret } from '../../../config/secrets.ts'
import { readSecrets, secretNames } from '../data.ts'
import { type Check, type Finding, fail, ok, type Place, warn } from './check.ts'
import { configOf } from './config.ts'

const INIT = '运行 npm run admin -- init（已有的不变，只补缺的），再重启服务与采集器'

export const secretsCheck: Check = {
  subject: '密钥',
  look: async (place) => {
    const file = process.env.SANLING_SECRETS ?? join(place.dataDir, 'secrets.json')
    if (!existsSync(file)) return [missingFile(place, file)]
    let known: ReturnType<typeof readSecrets>
    try {
      known = readSecrets(place.dataDir)
    } catch (error) {
      return [fail(`${file} 无法读取：${(error as Error).message}`, '检查权限；内容损坏时从备份放回')]
    }
    const config = configOf(place)
    const missing = config ? secretNames(config, false).filter((name) => !known?.[name]) : []
    const found = [
      ...(missing.length > 0 ? [fail(`${file} 缺少 ${missing.join('、')}（多半是配置里新增了来源）`, INIT)] : []),
      ...(config ? referenced({ services: config.services, sources: config.sources }, known ?? {}) : []),
    ]
    return found.length > 0 ? found : [ok('配置用到的密钥都在')]
  },
}

function missingFile({ dataDir }: Place, file: string): Finding {
  // With records there were keys: new ones open neither second factors nor what was sealed.
  return existsSync(join(dataDir, 'records.sqlite'))
    ? fail(
        `${file} 不见了，而业务数据还在`,
        '从最近的备份取回 secrets.json 与 keys/（不要重新生成：旧的动态口令与密文会打不开）',
      )
    : warn(`尚无 ${file}`, '演示由 npm start 自动生成；生产环境先运行 npm run admin -- init')
}

/** Every `{ env }` and `{ file }` of the configuration, with the key where it stands. */
function referenced(part: unknown, known: Readonly<Record<string, string>>, path = ''): Finding[] {
  if (typeof part !== 'object' || part === null) return []
  const keys = Object.keys(part)
  const [key] = keys
  if (keys.length === 1 && (key === 'env' || key === 'file')) {
    try {
      resolveSecret(part as Parameters<typeof resolveSecret>[0], known)
      return []
    } catch (error) {
      const mend =
        key === 'env'
          ? '写进 /etc/sanling/environment（服务与命令都读它），再重启服务'
          : '放好文件，属主 sanling、权限 0600'
      return [fail(`${path}：${(error as Error).message}`, mend)]
    }
  }
  return Object.entries(part).flatMap(([name, value]) => referenced(value, known, path ? `${path}.${name}` : name))
}
