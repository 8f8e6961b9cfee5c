import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Services } from '../../../config/schema.ts'
import { officeTime } from '../../../config/zone.ts'
import { systemClock } from '../../clock.ts'
import { type Check, type Finding, fail, ok, warn } from './check.ts'
import { configOf } from './config.ts'

const GB = 1024 ** 3
const DAY_MS = 86_400_000
const CERT_WARN_DAYS = 30

export const runtimeCheck: Check = {
  subject: '运行环境',
  look: async () => {
    const major = Number(process.versions.node.split('.')[0])
    return [
      major >= 26
        ? ok(`Node ${process.versions.node}`)
        : fail(`Node ${process.versions.node} 过旧`, '用 npm run doctor 运行（npm 会用随包安装的 Node 26）'),
    ]
  },
}

/** The folder itself, or the first above it that is there: looking creates nothing. */
const nearest = (path: string): string => (existsSync(path) ? path : nearest(dirname(path)))

export const diskCheck: Check = {
  subject: '磁盘',
  look: async ({ dataDir }) => {
    const { bavail, bsize } = statfsSync(nearest(dataDir))
    const free = (bavail * bsize) / GB
    const text = `数据目录 ${dataDir} 可用 ${free.toFixed(1)} GB`
    const mend = '清理磁盘，或用 SANLING_DATA 换到更大的分区'
    if (free < 1) return [fail(text, mend)]
    return [free < 10 ? warn(text, mend) : ok(text)]
  },
}

export const secretsCheck: Check = {
  subject: '密钥',
  look: async ({ dataDir }) => {
    const file = process.env.SANLING_SECRETS ?? join(dataDir, 'secrets.json')
    if (!existsSync(file)) return [warn(`尚无 ${file}`, 'npm start 会自动生成；生产环境先运行 npm run admin -- init')]
    const open = (statSync(file).mode & 0o077) !== 0
    return [open ? fail(`${file} 他人可读`, `chmod 600 ${file}`) : ok('仅所有者可读')]
  },
}

/** Times of events from several machines are compared: a clock that nobody sets makes every age wrong. */
export const clockCheck: Check = {
  subject: '时钟',
  look: async () => {
    const now = officeTime(systemClock.now())
    if (now.year < 2025) return [fail(`系统时间为 ${now}`, '校准系统时间并启用 chrony 或 systemd-timesyncd')]
    const synced = existsSync('/run/systemd/timesync/synchronized') || existsSync('/run/chrony/chronyd.pid')
    return [
      synced
        ? ok('已启用时间同步')
        : warn('没有发现时间同步服务', '启用 chrony 或 systemd-timesyncd，并指向本院时间服务器'),
    ]
  },
}

export const certificateCheck: Check = {
  subject: '证书',
  look: async (place) => {
    const services = configOf(place)?.services
    if (!services) return []
    const found = certificates(services).map(([key, file]) => judgeCertificate(key, file))
    return found.length > 0 ? found : [ok('没有配置证书（网页、消息代理、单位目录均未用 TLS）')]
  },
}

/** Every certificate that services.yaml names, with the key that names it. */
function certificates({ http, broker, directory }: Services): [key: string, file: string][] {
  const own = broker.kind === 'embedded' ? broker.tls : undefined
  const named: [string, string | undefined][] = [
    ['http.tls.certFile', http.tls?.certFile],
    ['broker.tls.certFile', own?.certFile],
    ['broker.tls.caFile', own?.caFile],
    ['broker.caFile', broker.kind === 'mqtt' ? broker.caFile : undefined],
    ['directory.caFile', directory?.caFile],
  ]
  return named.flatMap(([key, file]): [string, string][] => (file === undefined ? [] : [[key, file]]))
}

function judgeCertificate(key: string, file: string): Finding {
  if (!existsSync(file)) return fail(`证书 ${file} 不存在`, `改正 services.yaml 的 ${key}`)
  let until: Date
  try {
    until = new X509Certificate(readFileSync(file)).validToDate
  } catch {
    return fail(`${file} 不是有效的证书（PEM）`, `改正 services.yaml 的 ${key}`)
  }
  const days = Math.floor((until.getTime() - systemClock.now()) / DAY_MS)
  const text = `${file} 还有 ${days} 天到期`
  if (days < 0) return fail(text, '更换证书')
  return days < CERT_WARN_DAYS ? warn(text, '尽快更换证书') : ok(text)
}
