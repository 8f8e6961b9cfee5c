import type { Site } from '../../config/schema.ts'
import { localStamp, type OfficeDay } from './calendar.ts'
import { type Chance, chanceOf } from './random.ts'
import { minuteOf, PATROL_SHARES } from './rhythm.ts'
import type { Table } from './sheet-file.ts'

/** One touch of a chip. */
export interface Touch {
  at: number
  wand: string
  person: string
  point: Site['patrol']['points'][number]
}
/** One route walked once. `download` = when the wand is read out. */
export interface Run {
  /** `route 2026-11-24T07:00` */
  id: string
  touches: Touch[]
  download: number
}

/** The runs of one day; the same input gives the same day. `missed`: runs that a scenario leaves out. */
export function patrolDay(site: Site, seed: string, day: OfficeDay, missed: ReadonlySet<string> = new Set()): Run[] {
  const guards = site.people.filter(({ department }) => department === 'police').map(({ name }) => name)
  return site.patrol.rounds
    .filter(({ days }) => days === 'all' || (days === 'weekdays') === day.workday)
    .flatMap(({ at }) =>
      site.patrol.routes.map((route, index) => {
        const id = `${route.id} ${day.date}T${at}`
        const chance = chanceOf(`${seed}/patrol/${id}`)
        const run = walk(chance, site, route, day.start + minuteOf(at) * 60_000, `R${index + 1}`, guards)
        return { id, ...run, touches: missed.has(id) ? [] : run.touches }
      }),
    )
}

/** On time 93 %, late 4.5 %, the rest leaves out points or everything (domain.md I). */
function walk(
  chance: Chance,
  { patrol }: Site,
  route: Site['patrol']['routes'][number],
  start: number,
  wand: string,
  guards: readonly string[],
): Pick<Run, 'touches' | 'download'> {
  const how = chance.weighted([
    [PATROL_SHARES.onTime, 'on-time'],
    [PATROL_SHARES.late, 'late'],
    [PATROL_SHARES.missed, 'missed'],
  ] as const)
  const person = chance.pick(guards.length > 0 ? guards : [''])
  let at = start + (how === 'late' ? chance.int(44, 50) : chance.int(0, 8)) * 60_000
  const touches = route.points.flatMap((id) => {
    const point = patrol.points.find((each) => each.id === id)
    at += chance.int(150, 330) * 1000
    return point ? [{ at, wand, person, point }] : []
  })
  const left = how === 'missed' ? touches.slice(0, chance.hit(0.25) ? 0 : chance.int(3, 5)) : touches
  return { touches: left, download: at + chance.int(6, 14) * 60_000 }
}

/** What the wand's program exports: a title, the header in Chinese and in English, a row a touch. */
export function wandTable(touches: readonly Touch[], now: number): Table {
  return {
    merges: [],
    rows: [
      ['巡更记录', `导出时间：${localStamp(now)}`],
      ['巡检时间', '巡检器', '人员', '巡检点', '事件', '编号'],
      ['Patrol Time', 'ReaderNum', 'Person', 'Checkpoint', 'Event', 'Chip ID'],
      ...touches.map(({ at, wand, person, point }) => [localStamp(at), wand, person, point.name, '正常', point.chip]),
    ],
  }
}
