import { accessSync, constants } from 'node:fs'
import { mustBeShared } from '../../cluster/settings.ts'
import { type Check, type Finding, fail, ok, warn } from './check.ts'
import { configOf } from './config.ts'

const ANSWER_MS = 3000

/** Only where SANLING_CLUSTER makes this server one of several. */
export const clusterCheck: Check = {
  subject: '多台服务器',
  look: async (place) => {
    const { cluster } = place.environment
    if (!cluster) return []
    return [ownServices(place), sharedFolder(cluster.sharedDir), await redis(cluster.redisUrl)]
  },
}

function ownServices(place: Parameters<Check['look']>[0]): Finding {
  const services = configOf(place)?.services
  try {
    if (services) mustBeShared(services)
    return ok(`本台为 ${place.environment.cluster?.member}`)
  } catch (error) {
    return fail((error as Error).message, '改 services.yaml，见 docs/cluster.zh-CN.md')
  }
}

function sharedFolder(folder: string): Finding {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK)
    return ok(`共用文件夹 ${folder} 可读写`)
  } catch {
    return fail(`共用文件夹 ${folder} 不可读写`, '检查挂载与权限，或改 SANLING_SHARED')
  }
}

/** Its address may hold the password: only the host is said. */
async function redis(url: string): Promise<Finding> {
  const { createClient } = await import('@redis/client')
  const client = createClient({ url, socket: { connectTimeout: ANSWER_MS, reconnectStrategy: false } })
  client.on('error', () => undefined)
  const { host } = new URL(url)
  try {
    await client.connect()
    await client.ping()
    return ok(`Redis ${host} 应答`)
  } catch (error) {
    return warn(
      `Redis ${host} 没有应答：${(error as Error).message}`,
      '告警不受影响，各台之间改为定时读取；检查地址、口令与 Redis',
    )
  } finally {
    if (client.isOpen) client.destroy()
  }
}
