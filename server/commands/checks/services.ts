import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { resolveSecret } from '../../../config/secrets.ts'
import { systemClock } from '../../clock.ts'
import { dumpVersion } from '../../upkeep/backup/postgres.ts'
import { HEALTH_FILE } from '../../upkeep/places.ts'
import { readSecrets } from '../data.ts'
import { type Check, type Finding, fail, ok, type Place, warn } from './check.ts'
import { configOf } from './config.ts'
import { wordsOf } from './words.ts'

const ANSWER_MS = 3000
const RUNNING_MS = 3 * 60_000

const portFree = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })

/** Is it ourselves who listen there? Then all is well. */
type IsOurs = () => Promise<boolean>

async function judgePort(
  what: string,
  variable: string,
  [host, port]: [string, number],
  isOurs: IsOurs,
): Promise<Finding> {
  if (port === 0) return ok(`${what}端口自动选取`)
  const trouble = await portFree(host, port)
  if (!trouble) return ok(`${what}端口 ${port} 空闲`)
  const mend = `查占用者：ss -ltnp 'sport = :${port}'；停掉它，或用 ${variable} 换端口`
  if (trouble === 'EADDRINUSE')
    return (await isOurs())
      ? ok(`${what}端口 ${port} 由正在运行的本系统使用`)
      : fail(`${what}端口 ${port} 被其他程序占用`, mend)
  if (trouble === 'EADDRNOTAVAIL')
    return fail(`${what}端口：本机没有地址 ${host}`, '改 services.yaml 的 host（0.0.0.0 为所有网卡）')
  if (trouble === 'EACCES')
    return fail(
      `${what}端口 ${port}：1024 以下的端口需要授权`,
      '换成 1024 以上的端口，或在 systemd 单元里加 AmbientCapabilities=CAP_NET_BIND_SERVICE',
    )
  return fail(`${what}端口 ${port}：${trouble}`, mend)
}

/** Only our server writes its health every minute, and only while it runs. */
const isRunning = ({ dataDir }: Place): boolean => {
  const file = join(dataDir, HEALTH_FILE)
  return existsSync(file) && systemClock.now() - statSync(file).mtimeMs < RUNNING_MS
}

export const portCheck: Check = {
  subject: '端口',
  look: async (place) => {
    const services = configOf(place)?.services
    if (!services) return []
    const { environment } = place
    const { http, broker } = services
    const ours = async (): Promise<boolean> => isRunning(place)
    const [host, port] = [environment.host ?? http.host, environment.port ?? http.port]
    const web = await judgePort('网页', 'SANLING_PORT', [host, port], ours)
    if (broker.kind !== 'embedded') return [web]
    const at: [string, number] = [broker.host, environment.mqttPort ?? broker.port]
    return [web, await judgePort('MQTT ', 'SANLING_MQTT_PORT', at, ours)]
  },
}

export const brokerCheck: Check = {
  subject: '消息代理',
  look: async (place) => {
    const broker = configOf(place)?.services.broker
    if (!broker) return []
    if (broker.kind === 'embedded') return [ok('内置')]
    const { default: mqtt } = await import('mqtt')
    try {
      const password = resolveSecret(broker.password, readSecrets(place.dataDir))
      const ca = broker.caFile === undefined ? {} : { ca: [readFileSync(broker.caFile, 'utf8')] }
      const options = { username: broker.username, password, connectTimeout: ANSWER_MS, reconnectPeriod: 0, ...ca }
      const client = await mqtt.connectAsync(broker.url, { ...options, clientId: `doctor-${process.pid}` }, false)
      await client.endAsync(true)
      return [ok(`${broker.url} 可登录`)]
    } catch (error) {
      return [
        fail(
          `${broker.url} 无法登录：${wordsOf(error)}`,
          '检查地址、账号、口令与 caFile，以及消息代理是否在运行；期间采集器把数据留在自己的队列里',
        ),
      ]
    }
  },
}

export const recordsCheck: Check = {
  subject: '记录库',
  look: async (place) => {
    const records = configOf(place)?.services.records
    if (!records) return []
    return records.kind === 'sqlite' ? [checkSqlite(place)] : checkPostgres(place, records)
  },
}

function checkSqlite({ dataDir }: Place): Finding {
  const file = join(dataDir, 'records.sqlite')
  if (!existsSync(file)) return ok('内置，首次启动时建立')
  const spoilt = (word: string) => fail(`${file} 损坏：${word}`, '停止服务，用 npm run restore 恢复最近备份')
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    try {
      const [row] = db.prepare('PRAGMA quick_check(1)').all()
      const word = String(Object.values(row ?? {})[0])
      return word === 'ok' ? ok('内置，检查无误') : spoilt(word)
    } finally {
      db.close()
    }
  } catch (error) {
    return spoilt((error as Error).message)
  }
}

const CLOCK_APART_S = 5

async function checkPostgres(place: Place, records: { url: Parameters<typeof resolveSecret>[0] }): Promise<Finding[]> {
  const { default: pg } = await import('pg')
  let client: InstanceType<typeof pg.Client> | undefined
  try {
    const connectionString = resolveSecret(records.url, readSecrets(place.dataDir))
    client = new pg.Client({ connectionString, connectionTimeoutMillis: ANSWER_MS })
    client.on('error', () => undefined)
    await client.connect()
    const { rows } = await client.query<{ version: string; now: string }>(
      "select current_setting('server_version') as version, extract(epoch from clock_timestamp()) as now",
    )
    const apart = Math.abs(Number(rows[0]?.now) - systemClock.now() / 1000)
    return [
      ok(`PostgreSQL ${rows[0]?.version}`),
      ...(apart > CLOCK_APART_S
        ? [warn(`数据库服务器的时钟与本机相差 ${apart.toFixed(0)} 秒`, '两台都指向本院时间服务器（chrony）')]
        : []),
      await toolsOf(),
    ]
  } catch (error) {
    return [
      fail(
        `PostgreSQL 无法连接：${wordsOf(error)}`,
        '检查连接串、账号、pg_hba.conf 与数据库是否在运行；期间收件暂停，数据留在采集器队列里',
      ),
    ]
  } finally {
    await client?.end().catch(() => undefined)
  }
}

async function toolsOf(): Promise<Finding> {
  const version = await dumpVersion()
  return version === undefined
    ? fail('没有 pg_dump，夜间备份做不成', '安装 postgresql-client（版本不低于服务器）')
    : ok(`备份工具 ${version}`)
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
      return [
        warn(
          `${metrics.url} 没有应答：${wordsOf(error)}`,
          '告警不受影响（指标是旁路）；检查 influxd 是否在运行、地址是否正确',
        ),
      ]
    }
  },
}
