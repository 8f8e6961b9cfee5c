import { dayStart, officeDate, officeTime, startOfDay } from '../../../config/zone.ts'
import { ALERT_STATES, type AlertItem } from '../../../contract/panels/alerts.ts'
import type { Freshness } from '../../../contract/panels/common.ts'
import type { AccessPanel, DoorMark, MapPanel, PresencePanel } from '../../../contract/panels/security.ts'
import { severityRank } from '../../../contract/severity.ts'
import { DAY_MS, type SecurityDeps, sourcesOf } from '../context.ts'
import { byHour, median, pastWorkdays } from '../past.ts'
import { type AccessCount, countPersons, loadDoors, readAccessCounts, readPassesPerHour } from './repository.ts'
import { type DoorRecord, doorSince, doorState } from './rules.ts'

const DOOR_WORDS: Record<string, string> = { forced: '强行开启', held: '超时未关', offline: '离线', open: '开' }

/** Everything that the door panels and figures are made of, read once. */
export interface DoorBoard {
  freshness: Freshness
  marks: DoorMark[]
  today: AccessCount[]
  alerts: readonly AlertItem[]
}

export async function readDoorBoard(deps: SecurityDeps, now: number): Promise<DoorBoard> {
  const [states, today, alerts, freshness] = await Promise.all([
    loadDoors(deps.records.read),
    readAccessCounts(deps.records.read, startOfDay(now), startOfDay(now) + DAY_MS),
    deps.openAlerts(),
    deps.freshness(sourcesOf(deps.config, 'access')),
  ])
  const marks = deps.config.site.doors.map((door) => toMark(door, states.get(door.id), alerts))
  return { freshness, marks, today, alerts }
}

type SiteDoor = SecurityDeps['config']['site']['doors'][number]

function toMark(door: SiteDoor, record: DoorRecord | undefined, alerts: readonly AlertItem[]): DoorMark {
  const own = alerts.filter(({ object, state }) => object === door.id && state !== ALERT_STATES[3])
  const state = doorState(record)
  return {
    id: door.id,
    name: door.name,
    area: door.area,
    floor: door.floor,
    state,
    note: own.find(({ cause }) => cause.startsWith('door.off-hours')) ? '时段外' : null,
    acknowledged: own.length > 0 && own.every((alert) => alert.state === 'acknowledged'),
    since: record ? doorSince(record) : null,
    sensitive: door.sensitive,
  }
}

/** The word beside a group of doors: the worst exception by name, else how many stand open. */
export function areaWord(marks: readonly DoorMark[]): { word: string; severity: 'critical' | 'warning' | 'none' } {
  const of = (state: string) => marks.filter((mark) => mark.state === state).length
  if (of('forced') > 0) return { word: '强行开启', severity: 'critical' }
  if (of('held') > 0) return { word: '超时未关', severity: 'warning' }
  if (marks.some(({ note }) => note !== null)) return { word: '时段外', severity: 'warning' }
  if (of('offline') > 0) return { word: `${of('offline')} 离线`, severity: 'none' }
  if (marks.length > 0 && of('unknown') === marks.length) return { word: '–', severity: 'none' }
  return of('open') > 0 ? { word: `${of('open')} 开`, severity: 'none' } : { word: '全关', severity: 'none' }
}

const known = (marks: readonly DoorMark[]): boolean => marks.some(({ state }) => state !== 'unknown')

export async function accessPanel(deps: SecurityDeps, now: number, board: DoorBoard): Promise<AccessPanel> {
  const { marks, today } = board
  const of = (state: string) => marks.filter((mark) => mark.state === state).length
  const heard = known(marks) || today.length > 0
  return {
    freshness: board.freshness,
    doors: marks,
    areas: deps.config.site.areas.map((name) => {
      const own = marks.filter(({ area }) => area === name)
      return { name, doors: own.map(({ id }) => id), ...areaWord(own) }
    }),
    abnormal: {
      total: known(marks)
        ? marks.filter(({ state, note }) => ['forced', 'held', 'offline'].includes(state) || note).length
        : null,
      forced: of('forced'),
      held: of('held'),
      offline: of('offline'),
    },
    passesToday: heard ? sum(today.filter(({ outcome }) => outcome === 'granted')) : null,
    denied: {
      total: heard ? sum(today.filter(({ outcome }) => outcome === 'denied')) : null,
      byReason: deniedByReason(deps, today),
    },
    hourly: await hourly(deps, now, today, heard),
  }
}

const sum = (counts: readonly AccessCount[]): number => counts.reduce((total, { count }) => total + count, 0)

export function deniedByReason(
  deps: SecurityDeps,
  counts: readonly AccessCount[],
): { reason: string; count: number }[] {
  const byReason = new Map<string, number>()
  for (const { outcome, reason, count } of counts) {
    if (outcome !== 'denied') continue
    const word = deps.config.security.deniedReasons[reason] ?? deps.config.security.deniedReasons.other ?? '其他'
    byReason.set(word, (byReason.get(word) ?? 0) + count)
  }
  return [...byReason].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
}

async function hourly(
  deps: SecurityDeps,
  now: number,
  today: readonly AccessCount[],
  heard: boolean,
): Promise<AccessPanel['hourly']> {
  const { historyWorkdays, historyMinDays } = deps.config.security
  const days = pastWorkdays(now, historyWorkdays, deps.calendar)
  const oldest = days.at(-1)
  const from = oldest ? dayStart(oldest) : now
  const history = await readPassesPerHour(deps.records.read, from, startOfDay(now))
  const past = byHour(
    history.map(({ hourMs, passes }) => ({ hourMs, value: passes })),
    days,
  )
  const thisHour = officeTime(now).hour
  return Array.from({ length: 24 }, (_, hour) => {
    const passes = sum(today.filter((count) => count.outcome === 'granted' && officeTime(count.hourMs).hour === hour))
    const values = past[hour] ?? []
    return {
      hour,
      passes: heard && hour <= thisHour ? passes : null,
      median: values.length >= historyMinDays ? (median(values) ?? null) : null,
    }
  })
}

/** The plan follows the floor with the worst open door alert; without one it shows the ground floor. */
export function mapPanel(deps: SecurityDeps, board: DoorBoard): MapPanel {
  const { site } = deps.config
  const troubled = board.marks
    .map((mark) => ({ mark, worst: worstAlert(board.alerts, mark.id) }))
    .filter((entry) => entry.worst !== undefined)
    .sort(
      (a, b) =>
        severityRank(a.worst?.severity ?? 'info') - severityRank(b.worst?.severity ?? 'info') ||
        (a.worst?.firstAt ?? 0) - (b.worst?.firstAt ?? 0),
    )
  const floor =
    troubled[0]?.mark.floor ?? site.floors.find(({ name }) => name === '1层')?.name ?? site.floors[0]?.name ?? ''
  const plan = site.floors.find(({ name }) => name === floor)
  const doorsHere = site.doors.filter((door) => door.floor === floor)
  const post = site.posts.find(({ place }) => place.startsWith(floor))
  return {
    freshness: board.freshness,
    floors: site.floors.map(({ name, note }) => ({
      name,
      note,
      doors: board.marks.filter((mark) => mark.floor === name).map(({ id }) => id),
    })),
    floor,
    follows: troubled.length > 0,
    rooms: (plan?.rooms ?? []).map((room) => ({ ...room, alert: roomAlert(room.name, doorsHere, board) })),
    marks: doorsHere.map(({ id, x, y, vertical }) => ({ door: id, x, y, vertical })),
    doors: board.marks,
    post: post ? `${post.name} ${post.place}` : null,
  }
}

const worstAlert = (alerts: readonly AlertItem[], door: string): AlertItem | undefined =>
  alerts
    .filter(({ object, state, severity }) => object === door && state !== 'normal' && severityRank(severity) <= 1)
    .sort((a, b) => severityRank(a.severity) - severityRank(b.severity) || a.firstAt - b.firstAt)[0]

function roomAlert(room: string, doors: readonly SiteDoor[], board: DoorBoard): MapPanel['rooms'][number]['alert'] {
  for (const door of doors.filter((one) => one.room === room)) {
    const alert = worstAlert(board.alerts, door.id)
    if (!alert) continue
    const state = board.marks.find(({ id }) => id === door.id)?.state ?? 'unknown'
    return {
      severity: alert.severity === 'critical' ? 'critical' : 'warning',
      text: DOOR_WORDS[state] ?? '时段外',
      since: alert.firstAt,
    }
  }
  return null
}

/** How many people came in today, and passes of the areas where outsiders are. Counts only. */
export async function presencePanel(deps: SecurityDeps, now: number, board: DoorBoard): Promise<PresencePanel> {
  const persons = await countPersons(deps.records.read, officeDate(now))
  const heard = board.today.length > 0
  const passes = (area: string): number => {
    const doors = new Set(deps.config.site.doors.filter((door) => door.area === area).map(({ id }) => id))
    return sum(board.today.filter(({ door, outcome }) => outcome === 'granted' && doors.has(door)))
  }
  return {
    freshness: board.freshness,
    cells: [
      { label: '今日到院人数', count: heard ? persons : null },
      ...['办案区', '12309'].map((area) => ({ label: `${area}今日通行`, count: heard ? passes(area) : null })),
    ],
  }
}
