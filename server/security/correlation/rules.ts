/** Pure rules of door × terminal × duty. Times are epoch ms; each verdict has a reason of a closed list. */

export const CROSS_REASONS = {
  'no-entry': '使用人今日没有刷卡记录',
  'off-duty': '刷卡人当时不在值守岗',
  'unknown-person': '刷卡人不在人员名册',
  'blind-terminals': '室内有从未上报防护状态的终端',
  entered: '使用人今日已刷卡',
  'entered-before': '使用人前夜刷卡后未离开',
  'late-entry': '补到了更早的刷卡记录',
  'on-duty': '刷卡人在值守岗',
  'mass-return': '终端控制台恢复，集中补报上线',
  protected: '终端已上报防护状态',
  settling: '等待门禁补传',
  'door-silent': '门禁来源中断，不作判断',
  'controller-offline': '必经之门的控制器离线，不作判断',
  'door-gap': '门禁记录有缺口，不作判断',
  'standing-open': '必经之门常开，不作判断',
  'day-over': '当日结束时仍无法判断',
  late: '事后补传，只留痕',
} as const
export type CrossReason = keyof typeof CROSS_REASONS

/** `alarm` tell people · `fine` explained · `wait` look again · `unknown` it cannot be known. */
export interface Verdict {
  what: 'alarm' | 'fine' | 'wait' | 'unknown'
  reason: CrossReason
}
const verdict = (what: Verdict['what'], reason: CrossReason): Verdict => ({ what, reason })

export interface Entries {
  firstMs: number
  lastMs: number
}
/** A door that the owner had to pass. */
export interface WayDoor {
  offline: boolean
  /** Stood open (mode, or the contact since before), so passing it leaves no trace. */
  standing: boolean
}

export interface AbsenceInput {
  /** Of the activity. */
  at: number
  now: number
  dayEndMs: number
  today: Entries | undefined
  yesterday: Entries | undefined
  /** Activities of that kind within the mass window, this one included. */
  companions: number
  way: readonly WayDoor[]
  /** When the door source was last heard; null = never. */
  doorsHeardMs: number | null
  doorsBroken: boolean
  /** The door source itself said that records of that day may be missing. */
  gap: boolean
  rule: { settleMs: number; lookbackMs: number; toleranceMs: number; massHosts: number }
}

/**
 * Does the absence of an entry mean anything? Absence is concluded only from a door source that was alive up to after
 * the activity, with nothing missing, and where somebody who came had to leave a trace: a dead source is no absence.
 */
export function judgeAbsence(input: AbsenceInput): Verdict {
  const { at, now, rule } = input
  if (input.today && input.today.firstMs <= at + rule.toleranceMs) return verdict('fine', 'entered')
  if (input.yesterday && input.yesterday.lastMs >= at - rule.lookbackMs) return verdict('fine', 'entered-before')
  if (input.companions >= rule.massHosts) return verdict('fine', 'mass-return')
  if (now < at + rule.settleMs) return verdict('wait', 'settling')
  const doubt = doubtOf(input)
  if (!doubt) return verdict('alarm', 'no-entry')
  if (doubt === 'door-gap' || doubt === 'standing-open') return verdict('unknown', doubt)
  return now >= input.dayEndMs + rule.settleMs ? verdict('unknown', 'day-over') : verdict('wait', doubt)
}

function doubtOf(input: AbsenceInput): CrossReason | undefined {
  const { at, rule, way } = input
  if (input.doorsBroken || input.doorsHeardMs === null || input.doorsHeardMs < at + rule.settleMs) return 'door-silent'
  if (input.gap) return 'door-gap'
  const shut = way.filter(({ standing }) => !standing)
  if (shut.length === 0) return 'standing-open'
  // One door that is shut and speaks is enough: nobody gets past it without a trace.
  return shut.every(({ offline }) => offline) ? 'controller-offline' : undefined
}

export interface Shift {
  name: string
  from: string
  to: string
}
/** Is this local time of day within `from`–`to`, through midnight when `to` is the earlier? `HH:MM`. */
export const isWithin = ({ from, to }: { from: string; to: string }, time: string): boolean =>
  from <= to ? time >= from && time < to : time >= from || time < to

/** Does the post stand at that time of day? A post without a shift always does; an unknown shift never. */
export function isOnDuty(post: { shift: string } | undefined, shifts: readonly Shift[], time: string): boolean {
  if (!post) return false
  if (post.shift === '') return true
  const shift = shifts.find(({ name }) => name === post.shift)
  return shift !== undefined && isWithin(shift, time)
}

/** An entry at night. `person` undefined: the card's owner is on no list. */
export function judgeNight(input: {
  time: string
  windows: readonly { from: string; to: string }[]
  person: { post: { shift: string } | undefined } | undefined
  shifts: readonly Shift[]
  backfill: boolean
}): Verdict | undefined {
  if (!input.windows.some((window) => isWithin(window, input.time))) return undefined
  if (input.person && isOnDuty(input.person.post, input.shifts, input.time)) return verdict('fine', 'on-duty')
  if (input.backfill) return verdict('unknown', 'late')
  return verdict('alarm', input.person ? 'off-duty' : 'unknown-person')
}

/** Somebody entered a room: does an unprotected terminal stand in it? */
export function judgeRoom(input: {
  at: number
  now: number
  withinMs: number
  blind: readonly string[]
  backfill: boolean
}): Verdict | undefined {
  if (input.blind.length === 0) return undefined
  if (input.backfill || input.now - input.at > input.withinMs) return verdict('unknown', 'late')
  return verdict('alarm', 'blind-terminals')
}

/** Below this share of the asset list the console has only begun to report: who is silent is not yet unprotected. */
const ESTABLISHED = 0.5

/** Terminals of the asset list that have never told of their protection, by place. */
export function blindByPlace(
  assets: readonly { host: string; place: string }[],
  reported: ReadonlySet<string>,
): Map<string, string[]> {
  const heard = assets.filter(({ host }) => reported.has(host)).length
  if (heard < assets.length * ESTABLISHED) return new Map()
  const blind = assets.filter(({ host }) => !reported.has(host))
  return new Map(
    [...Map.groupBy(blind, ({ place }) => place)].map(([place, some]) => [place, some.map((one) => one.host)]),
  )
}
