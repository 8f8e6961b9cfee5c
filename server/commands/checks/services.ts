import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { resolveSecret } from '../../../config/secrets.ts'
import { readSecrets } from '../data.ts'
import { type Check, type Finding, fail, ok, type Place, warn } from './check.ts'
import { configOf } from './config.ts'

const ANSWER_MS = 3000

const portFree = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })

async function judgePort(what: string, variable: string, host: string, port: number): Promise<Finding> {
  if (port === 0) return ok(`${what}端口自动选取`)
  const trouble = await portFree(host, port)
  if (!trouble) return ok(`${what}端口 ${port} 空闲`)
  const mend = `若不是本系统正在运行，请停掉占用者或用 ${variable} 换端口`
  return trouble === 'EADDRINUSE'
    ? warn(`${what}端口 ${port} 正被使用`, mend)
    : fail(`${what}端口 ${port}：${trouble}`, mend)
}

export const portCheck: Check = {
  subject: '端口',
  look: async (place) => {
    const services = configOf(place)?.services
    if (!services) return []
    const { environment } = place
    const { http, broker } = services
    const web = judgePort('网页', 'SANLING_PORT', environment.host ?? http.host, environment.port ?? http.port)
    if (broker.kind !== 'embedded') return [await web]
    return [await web, await judgePort('MQTT ', 'SANLING_MQTT_PORT', broker.host, environment.mqttPort ?? broker.port)]
  },
}

export const brokerCheck: Check = {
  subject: '消息代理',
  look: async (place) => {
    const broker = configOf(place)?.services.broker
    if (!broker) return []
    if (broker.kind === 'embedded') return [ok('内置')]
    const { default: mqtt } = await import('mqtt')
    const password = resolveSecret(broker.password, readSecrets(place.dataDir))
    try {
      const options = { username: broker.username, password, connectTimeout: ANSWER_MS, reconnectPeriod: 0 }
      const client = await mqtt.connectAsync(broker.url, { ...options, clientId: `doctor-${process.pid}` }, false)
      await client.endAsync(true)
      return [ok(`${broker.url} 可登录`)]
    } catch (error) {
      return [
        fail(`${broker.url} 无法登录：${(error as Error).message}`, '检查地址、账号与口令，以及消息代理是否在运行'),
      ]
    }
  },
}

export const recordsCheck: Check = {
  subject: '记录库',
  look: async (place) => {
    const records = configOf(place)?.services.records
    if (!records) return []
    return records.kind === 'sqlite' ? [checkSqlite(place)] : [await checkPostgres(place, records)]
  },
}

function checkSqlite({ dataDir }: Place): Finding {
  const file = join(dataDir, 'records.sqlite')
  if (!existsSync(file)) return ok('内置，首次启动时建立')
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const [row] = db.prepare('PRAGMA quick_check(1)').all()
    const word = String(Object.values(row ?? {})[0])
    return word === 'ok' ? ok('内置，检查无误') : fail(`文件损坏：${word}`, '停止服务，用 npm run restore 恢复最近备份')
  } finally {
    db.close()
  }
}

async function checkPostgres(place: Place, records: { url: Parameters<typeof resolveSecret>[0] }): Promise<Finding> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    connectionString: resolveSecret(records.url, readSecrets(place.dataDir)),
    connectionTimeoutMillis: ANSWER_MS,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    return ok(`PostgreSQL ${rows[0]?.server_version}`)
  } catch (error) {
    return fail(`PostgreSQL 无法连接：${(error as Error).message}`, '检查连接串、账号与数据库是否在运行')
  } finally {
    await client.end().catch(() => undefined)
  }
}

export const metricsCheck: Check = {
  subject: '指标库',
  look: async (place) => {
    const metrics = configOf(place)?.services.metrics
    if (!metrics) return []
    if (metrics.kind === 'embedded') return [ok('内置')]
    try {
      const answer = await fetch(new URL('/ping', metrics.url), { signal: AbortSignal.timeout(ANSWER_MS) })
      return [ok(`${metrics.url} 版本 ${answer.headers.get('x-influxdb-version') ?? '未知'}`)]
    } catch (error) {
      return [warn(`${metrics.url} 没有应答：${(error as Error).message}`, '告警不受影响；检查 influxd 是否在运行')]
    }
  },
}
