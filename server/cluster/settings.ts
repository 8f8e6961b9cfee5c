import type { Services } from '../../config/schema.ts'

/** This server as one of several. Read from the environment, because it differs from server to server. */
export interface ClusterSettings {
  /** Its name among the members: `a`, `hall-1`. */
  member: string
  /** `redis://…` or `rediss://…`, with its password. */
  redisUrl: string
  /** Folder that all members share: keys, handed-in files. */
  sharedDir: string
}

const MEMBER = /^[a-z0-9][a-z0-9-]{0,31}$/
/** Group of the shared subscription where services.yaml names none. */
export const SHARE_GROUP = 'sanling'

/**
 * SANLING_CLUSTER (name of this member) and SANLING_REDIS switch it on; SANLING_SHARED names the common folder. Without
 * SANLING_CLUSTER the product is the one-machine product.
 * @throws Error in Chinese that says what is missing
 */
export function readCluster(env: NodeJS.ProcessEnv, sharedDir: string | undefined): ClusterSettings | undefined {
  const { SANLING_CLUSTER: member, SANLING_REDIS: redisUrl } = env
  if (!member) return undefined
  if (!MEMBER.test(member))
    throw new Error(
      `环境变量 SANLING_CLUSTER=${member} 不是成员名：小写字母、数字和连字符，至多 32 个，每台服务器各不相同`,
    )
  if (!redisUrl || !/^rediss?:\/\//.test(redisUrl))
    throw new Error('多台服务器（SANLING_CLUSTER）需要 Redis：请设 SANLING_REDIS=redis://主机:6379')
  if (!sharedDir)
    throw new Error('多台服务器（SANLING_CLUSTER）需要共用文件夹存放密钥与附件：请设 SANLING_SHARED=各台都挂载的目录')
  return { member, redisUrl, sharedDir }
}

/** @throws Error in Chinese when a store or broker of this machine alone is configured */
export function mustBeShared({ broker, metrics, records }: Services): void {
  const own = [
    records.kind === 'postgres' ? [] : ['业务库须为 PostgreSQL（records.kind: postgres）'],
    broker.kind === 'mqtt' ? [] : ['消息代理须为外置的 Mosquitto 或 EMQX（broker.kind: mqtt）'],
    metrics.kind === 'influx' ? [] : ['指标库须为 InfluxDB 1.x 接口（metrics.kind: influx）'],
  ].flat()
  if (own.length > 0) throw new Error(`已设 SANLING_CLUSTER，但 services.yaml 仍用本机服务：${own.join('；')}`)
}
