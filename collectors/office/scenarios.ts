import type { Site } from '../../config/schema.ts'
import { dayStart, officeDate, officeTime } from '../../config/zone.ts'
import type { DoorPlayer } from './door-player.ts'
import { forcedOpen, heldOpen, refusedThrice } from './doors.ts'
import type { PatrolPlayer } from './patrol-player.ts'
import type { TerminalPlayer } from './terminal-player.ts'
import { SECONDED_HOST, type TerminalMessage } from './terminals.ts'
import * as tq from './tianqing.ts'

/** What an acceptance test or a trainer may call for; `SCENARIOS` says what each does. */
export type ScenarioName = keyof typeof SCENARIOS
export interface ScenarioArgs {
  /** Door, host, route, device or domain; the scenario's own choice without it. */
  object?: string
  /** Length of a held door or a silence. */
  seconds?: number
}
export interface Stage {
  site: Site
  doors?: DoorPlayer
  terminals?: TerminalPlayer
  patrol?: PatrolPlayer
  /** Silences a source (`terminal`, `access`, `patrol`, `case`) or one controller until then. */
  silence(what: string, until: number): void
}
type Scenario = (stage: Stage, now: number, args: ScenarioArgs) => string

/** Whole second after now: what already happened keeps its place before it. */
const soon = (now: number): number => Math.ceil((now + 1) / 1000) * 1000

const VIRUS = { name: 'Win32/Ransom.Demo.Y', type: '勒索', path: 'D:\\共享\\发票.exe', severity: '3', result: '0' }
const EDR_NAMES = ['可疑脚本执行', '凭据访问', '横向移动']

const virus: Scenario = ({ site, terminals }, now, { object }) => {
  const asset = assetOf(terminals, object ?? 'JCY-YB-007')
  terminals?.schedule([{ at: now, body: tq.virus(asset, now, VIRUS) }])
  return `${asset.terminal.host} 病毒未处置（${site.unit}，演示）`
}
const outreach: Scenario = ({ terminals }, now, { object }) => {
  const asset = assetOf(terminals, object ?? 'JCY-EB-003')
  terminals?.schedule([{ at: now, body: tq.outreach(asset, now) }])
  return `${asset.terminal.host} 违规外联`
}
const doorForced: Scenario = ({ site, doors }, now, { object, seconds = 120 }) => {
  const door = doorOf(site, object ?? 'door:S1')
  doors?.add(forcedOpen(door, soon(now), seconds))
  return `${door.name} 强行开启 ${seconds} 秒`
}
const doorHeld: Scenario = ({ site, doors }, now, { object, seconds = 120 }) => {
  const door = doorOf(site, object ?? 'door:E2')
  const person = site.people.find(({ department }) => department === 'cm') ?? site.people[0]
  if (person) doors?.add(heldOpen(door, soon(now), seconds, person))
  return `${door.name} 打开 ${seconds} 秒（超过 ${door.heldS} 秒为超时）`
}
const doorRefused: Scenario = ({ site, doors }, now, { object }) => {
  const door = doorOf(site, object ?? 'door:H1')
  const [person] = site.people.slice(-1)
  if (person) doors?.add(refusedThrice(door, soon(now), person))
  return `${door.name} 45 秒内三次拒绝`
}
/** Door × terminal × duty, config/rules/correlation.yaml. */
const crossAbsent: Scenario = ({ terminals }, now, { object = SECONDED_HOST }) => {
  const asset = assetOf(terminals, object)
  terminals?.schedule([
    { at: now, body: tq.summary(asset, now, '1', now) },
    { at: now, body: tq.usb(asset, now, 'U盘 DataTraveler', '允许') },
  ])
  return `${asset.terminal.host} 有人接入外设，而使用人今日没有刷卡（等门禁补传约 3 分钟后告警）`
}
const crossNight: Scenario = ({ site, doors }, now, { object }) => {
  const door = doorOf(site, object ?? 'door:S2')
  const person = site.people.find(({ post }) => !post)
  const { hour } = officeTime(now)
  const at = hour >= 22 || hour < 6 ? soon(now) : dayStart(officeDate(now)) + 22.5 * 3_600_000
  if (person) doors?.add(heldOpen(door, at, 8, person))
  return `${door.name} ${at - now < 60_000 ? '现在' : '今晚 22:30'} 由不在值守岗的人刷卡打开`
}
const crossRoom: Scenario = ({ site, doors }, now, { object }) => {
  const door = doorOf(site, object ?? 'door:R1')
  const [person] = site.people
  if (person) doors?.add(heldOpen(door, soon(now), 8, person))
  return `${door.name} 有人进入，室内有无防护终端（每间屋每日告警一次）`
}
const patrolMissed: Scenario = ({ patrol }, now, { object }) => `${patrol?.skipNext(now, object) ?? ''} 不巡`
const sourceDies: Scenario = ({ silence }, now, { object = 'terminal', seconds = 300 }) => {
  silence(object, now + seconds * 1000)
  return `${object} 静默 ${seconds} 秒`
}
const controllerOffline: Scenario = ({ silence }, now, { object = 'acs-6', seconds = 300 }) => {
  silence(object, now + seconds * 1000)
  return `控制器 ${object} 离线 ${seconds} 秒`
}
const storm: Scenario = ({ terminals }, now) => {
  terminals?.schedule(stormMessages(terminals.assets, now))
  return `10 秒内 ${STORM} 条`
}

const STORM = 500
/** 500 findings in 10 seconds, spread evenly over all terminals and four kinds. */
export function stormMessages(assets: readonly tq.Asset[], now: number): TerminalMessage[] {
  return Array.from({ length: STORM }, (_, n) => {
    const at = now + n * 20
    const asset = assets[n % assets.length] as tq.Asset
    const round = Math.floor(n / assets.length)
    const guid = tq.guidOf('storm', now, n)
    if (round === 0) return { at, body: tq.virus(asset, at, VIRUS, guid) }
    if (round === 1) return { at, body: { ...tq.outreach(asset, at), guid } }
    if (round === 2) return { at, body: { ...tq.attack(asset, at, '暴力破解'), guid } }
    return { at, body: tq.edrAlert(asset, at, EDR_NAMES[(round - 3) % EDR_NAMES.length] ?? '') }
  })
}

export const SCENARIOS = {
  virus: { label: '一台终端发现未处置病毒', run: virus },
  outreach: { label: '一台终端违规外联', run: outreach },
  'door-forced': { label: '强行开门，之后关上', run: doorForced },
  'door-held': { label: '刷卡开门后久开不关，之后关上', run: doorHeld },
  'door-denied': { label: '同一道门连续三次拒绝', run: doorRefused },
  'cross-absent': { label: '终端有人在用，使用人今日没有刷卡', run: crossAbsent },
  'cross-night': { label: '夜间由不在值守岗的人开门', run: crossNight },
  'cross-room': { label: '有人进入有无防护终端的房间', run: crossRoom },
  'patrol-missed': { label: '下一轮巡查漏检一条路线', run: patrolMissed },
  'source-dies': { label: '一个来源不再有任何动静', run: sourceDies },
  'controller-offline': { label: '一台门禁控制器离线', run: controllerOffline },
  storm: { label: '10 秒内 500 条告警', run: storm },
} as const satisfies Record<string, { label: string; run: Scenario }>

/** Runs one by name. @returns in Chinese what will happen; @throws Error in Chinese for an unknown name or object */
export function runScenario(name: string, stage: Stage, now: number, args: ScenarioArgs = {}): string {
  const found = Object.entries(SCENARIOS).find(([key]) => key === name)
  if (!found) throw new Error(`没有情景 “${name}”，可用：${Object.keys(SCENARIOS).join('、')}`)
  return found[1].run(stage, now, args)
}

function doorOf(site: Site, id: string): Site['doors'][number] {
  const door = site.doors.find((each) => each.id === id)
  if (!door) throw new Error(`没有门 “${id}”`)
  return door
}
function assetOf(terminals: TerminalPlayer | undefined, host: string): tq.Asset {
  const asset = terminals?.assets.find(({ terminal }) => terminal.host === host)
  if (!asset) throw new Error(`没有受防护的终端 “${host}”`)
  return asset
}
