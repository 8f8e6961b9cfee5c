import type { UpkeepRules } from '../../config/upkeep.ts'
import { officeTime } from '../../config/zone.ts'
import {
  type HealthItem,
  type HealthLevel,
  RUN_KINDS,
  RUN_WORDS,
  type RunKind,
  type UpkeepRun,
} from '../../contract/http/health.ts'
import type { SourcesPanel } from '../../contract/panels/sources.ts'
import type { CertificateFinding } from './certificates.ts'
import type { AnchorFacts } from './outside.ts'

/** Pure rules of upkeep: when a nightly run is due, and what of our own parts is well. Times are epoch ms. */

/** The last moment ≤ now at which the office's clock showed `HH:MM`. */
export function lastMoment(now: number, at: string): number {
  const time = Temporal.PlainTime.from(at)
  const today = officeTime(now).withPlainTime(time)
  return today.epochMilliseconds <= now ? today.epochMilliseconds : today.subtract({ days: 1 }).epochMilliseconds
}

/** @param since start of the last run of its kind, or the first start of this folder: a new one waits for its night */
export const isDue = (now: number, at: string, since: number): boolean => lastMoment(now, at) > Math.min(since, now)

type Limits = UpkeepRules['health']
const HOUR = 3_600_000
const item = (
  group: HealthItem['group'],
  id: string,
  name: string,
  level: HealthLevel,
  text: string,
  mend: string,
): HealthItem => ({ id, group, name, level, text, mend: level === 'ok' ? '' : mend })

/** `attention` from the first bound on, `fault` from the second. */
const above = (value: number, attention: number, fault: number): HealthLevel =>
  value >= fault ? 'fault' : value >= attention ? 'attention' : 'ok'

export interface ProcessFacts {
  uptimeS: number
  rssMb: number
  loopP99Ms: number
}
export function judgeProcess({ uptimeS, rssMb, loopP99Ms }: ProcessFacts, limits: Limits): HealthItem {
  const level = above(loopP99Ms, limits.loopAttentionMs, Number.POSITIVE_INFINITY)
  const hours = uptimeS / 3600
  const since = hours < 48 ? `${hours.toFixed(1)} 小时` : `${Math.floor(hours / 24)} 天`
  const text = `已运行 ${since}，内存 ${Math.round(rssMb)} MB，停顿 p99 ${Math.round(loopP99Ms)} 毫秒`
  return item('服务', 'server', '服务进程', level, text, '机器过忙：查看 CPU 与磁盘负载，错开大批量导出与报表')
}

export type PartState = { ok: true } | { ok: false; reason: string }

/** A server that is just coming up is not broken. */
const STARTING_S = 30
/** @param uptimeS of this process */
export function judgeBroker(
  state: PartState,
  kind: 'embedded' | 'mqtt',
  uptimeS = Number.POSITIVE_INFINITY,
): HealthItem {
  const where = kind === 'embedded' ? '内置' : '外置'
  if (!state.ok && uptimeS < STARTING_S)
    return item('服务', 'broker', '消息代理', 'attention', `${where}，正在启动`, '半分钟后再看')
  return state.ok
    ? item('服务', 'broker', '消息代理', 'ok', `${where}，已连通`, '')
    : item(
        '服务',
        'broker',
        '消息代理',
        'fault',
        `${where}：${state.reason}`,
        '检查消息代理是否在运行、账号与证书；采集器会把数据留在本地，恢复后续传',
      )
}

export function judgeIngest({ ingest }: Pick<SourcesPanel, 'ingest'>, limits: Limits): HealthItem {
  const name = '收件'
  if (ingest.trouble)
    return item(
      '服务',
      'ingest',
      name,
      'fault',
      `收件暂停：${ingest.trouble}`,
      '数据留在采集器队列里不会丢；按“记录库”“磁盘”两项处理，好了会自行恢复',
    )
  const slow = ingest.p95Ms !== null && ingest.p95Ms >= limits.ingestAttentionMs
  const text = `到达至入库 p95 ${ingest.p95Ms === null ? '暂无' : `${Math.round(ingest.p95Ms)} 毫秒`}，隔离待处理 ${ingest.quarantineOpen} 条`
  return item('服务', 'ingest', name, slow ? 'attention' : 'ok', text, '入库偏慢：查看磁盘负载')
}

export function judgeSelftest({ selftest }: Pick<SourcesPanel, 'selftest'>): HealthItem {
  const text = selftest.at === null ? '尚无自测事件返回' : `最近一次 ${Math.round(selftest.tookMs ?? 0)} 毫秒走完全程`
  const level = !selftest.ok ? 'fault' : selftest.at === null ? 'attention' : 'ok'
  return item('服务', 'selftest', '告警通路自测', level, text, '告警可能到不了大屏：先查消息代理与收件，期间电话值守')
}

const SOURCE_LEVEL: Readonly<Record<SourcesPanel['items'][number]['state'], HealthLevel>> = {
  ok: 'ok',
  stale: 'attention',
  never: 'attention',
  silent: 'fault',
  broken: 'fault',
}
/** Each collector with its spool and its clock: the worst of the three counts. */
export function judgeSources({ items }: Pick<SourcesPanel, 'items'>, limits: Limits): HealthItem[] {
  return items.map((source) => {
    const skew = Math.abs(source.skewS ?? 0)
    const spool = above(source.spool ?? 0, limits.spoolAttention, Number.POSITIVE_INFINITY)
    const clock = above(skew, limits.skewAttentionS, limits.skewFaultS)
    const level = worst([SOURCE_LEVEL[source.state], spool, clock])
    const text = `${source.word}；待送 ${source.spool ?? '未知'} 条；时钟相差 ${source.skewS === null ? '未知' : `${skew.toFixed(1)} 秒`}`
    const mend =
      SOURCE_LEVEL[source.state] !== 'ok'
        ? '打开“采集链路”看原因：设备网络、口令、采集器进程'
        : clock !== 'ok'
          ? '校准该采集器所在机器的时钟（chrony）'
          : '采集器积压：检查消息代理与收件'
    return item('采集', `source:${source.id}`, source.name, level, text, mend)
  })
}

export interface StoreFacts {
  kind: 'sqlite' | 'postgres'
  state: PartState
  /** Size of the SQLite file; null where somebody else keeps it. */
  sizeMb: number | null
}
export function judgeRecords({ kind, state, sizeMb }: StoreFacts): HealthItem {
  const where = kind === 'sqlite' ? `内置，${Math.round(sizeMb ?? 0)} MB` : 'PostgreSQL'
  return state.ok
    ? item('存储', 'records', '记录库', 'ok', `${where}，可写`, '')
    : item(
        '存储',
        'records',
        '记录库',
        'fault',
        `${where}：${state.reason}`,
        kind === 'sqlite'
          ? '查磁盘空间与数据目录的权限；文件损坏时停服务，用 npm run restore 恢复最近备份'
          : '检查 PostgreSQL 是否在运行、磁盘是否已满',
      )
}

export function judgeMetrics({ metrics }: Pick<SourcesPanel, 'metrics'>): HealthItem {
  const down = metrics.state === 'down'
  const text = `${down ? '写不进去' : '可写'}，积压 ${metrics.backlog} 点`
  return item(
    '存储',
    'metrics',
    '指标库',
    down ? 'attention' : 'ok',
    text,
    '告警不受影响（指标是旁路）；检查 influxd 或磁盘，恢复后积压自动补写',
  )
}

export interface DiskFacts {
  id: string
  name: string
  /** Null when it cannot be read. */
  freeGb: number | null
}
const LASTS_ATTENTION_DAYS = 30
const LASTS_FAULT_DAYS = 7
/** @param days until it is full, as forecast.ts reckons it */
export function judgeDisk({ id, name, freeGb }: DiskFacts, limits: Limits, days: number | null = null): HealthItem {
  if (freeGb === null) return item('存储', id, name, 'attention', '无法读取可用空间', '检查路径与权限')
  const room = freeGb < limits.diskFaultGb ? 'fault' : freeGb < limits.diskAttentionGb ? 'attention' : 'ok'
  const lasts = days === null || days > LASTS_ATTENTION_DAYS ? 'ok' : days < LASTS_FAULT_DAYS ? 'fault' : 'attention'
  return item(
    '存储',
    id,
    name,
    worst([room, lasts]),
    `可用 ${freeGb.toFixed(1)} GB${days === null ? '' : `，${lastsWords(days)}`}`,
    '腾出空间：可删 logs/ 旧文件、exports/、过期备份；不要删 records.sqlite* 与 spool/。用量不会停时扩容或缩短保留天数',
  )
}
const lastsWords = (days: number): string =>
  days > 365 ? '按近日用量一年内够用' : `按近日用量约 ${Math.floor(days)} 天后用尽`

const OFFSET_ATTENTION_S = 1
const OFFSET_FAULT_S = 60
/** @param offsetS seconds from NTP time, null where nobody tells */
export function judgeTimeSync(synced: boolean, offsetS: number | null = null): HealthItem {
  const level = offsetS === null ? (synced ? 'ok' : 'attention') : above(offsetS, OFFSET_ATTENTION_S, OFFSET_FAULT_S)
  const apart =
    offsetS === null
      ? ''
      : `，与时间服务器相差 ${offsetS < 1 ? `${Math.round(offsetS * 1000)} 毫秒` : `${offsetS.toFixed(1)} 秒`}`
  return item(
    '服务',
    'clock',
    '时间同步',
    level,
    `${synced || offsetS !== null ? '已启用' : '没有发现时间同步服务'}${apart}`,
    offsetS === null
      ? '启用 chrony 或 systemd-timesyncd，并指向本院时间服务器'
      : '运行 chronyc tracking 与 chronyc sources，看时间服务器是否可达',
  )
}

const ANCHOR_FAULT_MS = 600_000
/** Heads are kept within a minute; what waits longer is not written at all. */
export function judgeAnchors({ newest, waiting }: AnchorFacts, folder: string, now: number): HealthItem {
  const late = waiting.filter(({ since }) => now - since > ANCHOR_FAULT_MS).map(({ chain }) => chain)
  const at =
    newest === null
      ? ''
      : officeTime(Date.parse(newest)).toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ')
  return item(
    '备份与核对',
    'anchors',
    '链尾存证',
    late.length > 0 ? 'fault' : 'ok',
    late.length > 0
      ? `${late.join('、')} 链的新条目超过 10 分钟没有存证`
      : newest === null
        ? '尚无可存证的条目'
        : `最近一次 ${at}`,
    `检查存证目录 ${folder} 的空间与权限；期间被截断的链尾查不出来`,
  )
}

/** The worst first; none when nothing uses TLS of its own. */
export function judgeCertificates(found: readonly CertificateFinding[]): HealthItem[] {
  const LEVEL = { ok: 'ok', warn: 'attention', fail: 'fault' } as const
  if (found.length === 0) return []
  const sorted = [...found].sort((a, b) => RANK[LEVEL[b.level]] - RANK[LEVEL[a.level]])
  const bad = sorted.filter(({ level }) => level !== 'ok')
  const shown = bad.length > 0 ? bad : sorted
  const text = shown.map((one) => one.text).join('；')
  return [
    item('服务', 'certificates', '证书', worst(found.map(({ level }) => LEVEL[level])), text, shown[0]?.mend ?? ''),
  ]
}

const MEND: Readonly<Record<RunKind, string>> = {
  backup: '查备份目录的空间与权限（SANLING_BACKUPS），再点“立即进行”',
  drill: '最近的备份不可恢复：先重新备份并再演练；仍不成，保全现场并联系开发者',
  verification: '保全现场：先复制数据目录与存证目录，再运行 npm run verify -- audit 看是哪一条',
  retention: '查数据目录的空间；审计链有不符时先按“链核对”处理',
}
export function judgeRun(
  kind: RunKind,
  runs: { last?: UpkeepRun | undefined; good?: UpkeepRun | undefined },
  at: string,
  now: number,
  limits: Limits,
): HealthItem {
  const { last, good } = runs
  const name = RUN_WORDS[kind]
  const of = (level: HealthLevel, text: string, mend: string) => item('备份与核对', kind, name, level, text, mend)
  if (!last) return of('attention', `还没有进行过，每天 ${at} 自动进行`, '可点“立即进行”先做一次')
  if (last.ok === false) return of('fault', `最近一次失败：${last.text}`, MEND[kind])
  const hours = Math.max(0, now - (good?.finishedAt ?? 0)) / HOUR
  const level = above(hours, limits.runAttentionHours, limits.runFaultHours)
  const ago =
    hours < 1 ? '不到 1 小时前' : hours < 48 ? `${Math.floor(hours)} 小时前` : `${Math.floor(hours / 24)} 天前`
  return of(level, `${ago}完成：${good?.text ?? ''}`, `已超过一夜没有成功：确认服务在 ${at} 前后运行；${MEND[kind]}`)
}

export const judgeRuns = (
  runs: ReadonlyMap<RunKind, { last?: UpkeepRun; good?: UpkeepRun }>,
  nightly: UpkeepRules['nightly'],
  now: number,
  limits: Limits,
): HealthItem[] => RUN_KINDS.map((kind) => judgeRun(kind, runs.get(kind) ?? {}, nightly[kind].at, now, limits))

const RANK: Readonly<Record<HealthLevel, number>> = { ok: 0, attention: 1, fault: 2 }
export const worst = (levels: readonly HealthLevel[]): HealthLevel =>
  levels.reduce<HealthLevel>((found, level) => (RANK[level] > RANK[found] ? level : found), 'ok')
