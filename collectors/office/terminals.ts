import type { Site } from '../../config/schema.ts'
import type { OfficeDay } from './calendar.ts'
import { type Chance, chanceOf, hash32 } from './random.ts'
import { minuteOf, minuteOfDay, momentIn, onlineShare, riseMinute, SERVERS, type Slot, workSlots } from './rhythm.ts'
import type { Asset } from './tianqing.ts'
import * as tq from './tianqing.ts'

/** A message of the console and when it is said. */
export interface TerminalMessage {
  at: number
  body: unknown
}

/** How often an online terminal is heard of. */
export const SUMMARY_MS = 160_000
const DAY = 86_400_000

/** Protected terminals with what the console knows of them. */
export function assetsOf(site: Site): Asset[] {
  const departments = new Map(site.departments.map(({ id, name }) => [id, name]))
  const accounts = new Map(site.people.map(({ id, employeeNo }) => [id, employeeNo ?? id]))
  return site.terminals
    .filter((terminal) => terminal.protectedBy)
    .map((terminal) => ({
      terminal,
      department: departments.get(terminal.department ?? '') ?? '公共终端',
      account: accounts.get(terminal.owner ?? '') ?? '',
    }))
}

/** Is it switched on? Each has its own order of rising that day, so that the share of the hour decides. */
export function isOnline({ terminal }: Asset, ms: number, day: OfficeDay, seed: string): boolean {
  if (terminal.server) return true
  if (terminal.host === SECONDED_HOST) return false
  return rankOf(terminal.host, day, seed) < onlineShare(minuteOfDay(ms), day.workday)
}

/** Its owner is seconded to another office: nobody sits there, until the scenario `cross-absent`. */
export const SECONDED_HOST = 'JCY-ZZ-003'

const rankOf = (host: string, day: OfficeDay, seed: string): number =>
  SERVERS + ((hash32(`${seed}/${host}/${day.date}`) % 1000) / 1000) * (1 - SERVERS)

/** Owner → epoch ms at which that person's terminal is switched on that day, earliest first. */
export function risers(
  { terminals }: Pick<Site, 'terminals'>,
  day: OfficeDay,
  seed: string,
): [owner: string, ms: number][] {
  return terminals
    .flatMap(({ host, owner, protectedBy }): [string, number][] => {
      const minute = riseMinute(rankOf(host, day, seed), day.workday)
      if (!owner || !protectedBy || host === SECONDED_HOST || minute === undefined) return []
      return [[owner, day.start + Math.floor(minute * 60_000)]]
    })
    .sort((a, b) => a[1] - b[1])
}

/** Virus definitions come every evening at 22:00. */
export const signatureTime = (ms: number, day: OfficeDay): number =>
  day.start + 22 * 3_600_000 <= ms ? day.start + 22 * 3_600_000 : day.start - 2 * 3_600_000

/** A summary's moments: every SUMMARY_MS ÷ speed, each terminal at its own beat. */
export const isSummaryDue = ({ terminal }: Asset, from: number, to: number, speed: number): boolean => {
  const every = SUMMARY_MS / speed
  const beat = (hash32(terminal.host) % SUMMARY_MS) / speed
  return Math.floor((to - beat) / every) > Math.floor((from - beat) / every)
}

/** How many of a kind on a workday (`idle`: on a day off). */
interface Habit {
  perDay: number
  idle?: number
  make(asset: Asset, ms: number, chance: Chance): unknown
}
const DEVICES = ['U盘 DataTraveler', '移动硬盘 Elements', '打印机 M1136', '光驱 DVD-RW', '手机 MTP 设备']
const VIRUSES: readonly tq.VirusFinding[] = [
  { name: 'Win32/Trojan.Demo.X', type: '木马', path: 'D:\\共享\\a.exe', severity: '3', result: '1' },
  { name: 'VBA/Macro.Demo.Dropper', type: '宏病毒', path: 'D:\\材料\\统计表.xls', severity: '2', result: '1' },
  { name: 'Win32/Worm.Demo.Autorun', type: '蠕虫', path: 'E:\\autorun.inf', severity: '3', result: '2' },
]

const HABITS: readonly Habit[] = [
  { perDay: 34, idle: 6, make: (asset, ms) => tq.scan(asset, ms) },
  {
    perDay: 6,
    idle: 0,
    make: (asset, ms, chance) => tq.usb(asset, ms, chance.pick(DEVICES), chance.hit(0.3) ? '阻止' : '允许'),
  },
  {
    perDay: 8,
    idle: 2,
    make: (asset, ms, chance) => tq.firewall(asset, ms, `10.8.${chance.int(1, 9)}.${chance.int(11, 60)}`),
  },
  { perDay: 3, make: (asset, ms) => tq.systemProtection(asset, ms) },
  { perDay: 1, make: (asset, ms) => tq.remoteAssist(asset, ms) },
  {
    perDay: 1.5,
    make: (asset, ms, chance) => tq.baseline(asset, ms, chance.pick(['弱口令', '屏保锁定', '共享文件夹']), true, 0),
  },
  { perDay: 0.05, make: (asset, ms) => tq.attack(asset, ms, '端口扫描') },
  // 3–8 a month.
  { perDay: 0.25, make: (asset, ms, chance) => tq.virus(asset, ms, chance.pick(VIRUSES)) },
  // 0–2 a year.
  { perDay: 0.004, idle: 0.0005, make: (asset, ms) => tq.outreach(asset, ms) },
  { perDay: 4, idle: 0.3, make: (_, ms) => tq.consoleAudit(ms, '/report/terminal/list', 'query') },
  { perDay: 0.15, make: (_, ms) => tq.consoleAudit(ms, '/policy/usb/update', 'modify') },
]

/** Events of one day, in order of time; the same input gives the same day. */
export function terminalDay(assets: readonly Asset[], seed: string, day: OfficeDay, speed: number): TerminalMessage[] {
  const chance = chanceOf(`${seed}/terminals/${day.date}`)
  const people = assets.filter(({ terminal }) => !terminal.server)
  const slots: readonly Slot[] = workSlots(day.workday)
  const habits = HABITS.flatMap(({ perDay, idle = perDay * 0.05, make }) =>
    Array.from({ length: chance.poisson((day.workday ? perDay : idle) * speed) }, () => {
      const at = momentIn(chance, day.start, slots)
      // Nothing happens at a machine that is off, as long as any is on.
      const on = people.filter((asset) => isOnline(asset, at, day, seed))
      return { at, body: make(chance.pick(on.length > 0 ? on : people), at, chance) }
    }),
  )
  return [...habits, ...patchChecks(assets, seed, day)].sort((a, b) => a.at - b.at)
}

/** Each terminal is checked for high-risk patches in the morning; those without are few and the same for weeks. */
export function patchChecks(assets: readonly Asset[], seed: string, day: OfficeDay): TerminalMessage[] {
  if (!day.workday) return []
  return assets.map((asset) => {
    const at = day.start + minuteOf('07:30') * 60_000 + (hash32(`${asset.terminal.host}/check`) % 5400) * 1000
    const days = patchLag(asset, seed, day)
    return { at, body: tq.baseline(asset, at, '高危补丁', days > 0, days) }
  })
}

/** Days since a high-risk patch is missing; 0 = none is. A lag begins on one in 250 days and lasts 1–25 days. */
export function patchLag({ terminal }: Asset, seed: string, day: OfficeDay): number {
  const number = Math.floor(day.start / DAY)
  for (let back = 0; back < 25; back += 1) {
    const roll = hash32(`${seed}/patch/${terminal.host}/${number - back}`)
    if (roll % 230 === 0 && back < 1 + (Math.floor(roll / 230) % 25)) return back + 1
  }
  return 0
}
