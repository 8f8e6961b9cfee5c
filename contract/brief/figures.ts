import { count, rate } from '../number-words.ts'
import { COLOUR_WORDS, COLOURS } from '../panels/cases.ts'
import type { PanelData, PanelName } from '../panels/index.ts'

/** One figure as the wall writes it. `id` is the `data-figure` of the element that shows it. */
export interface BriefFigure {
  id: string
  label: string
  value: number | null
  text: string
  unit: string
}
type Reader<Name extends PanelName> = (data: PanelData<Name>) => BriefFigure[]

const whole = (id: string, label: string, value: number | null | undefined, unit = ''): BriefFigure => ({
  id,
  label,
  value: value ?? null,
  text: count(value),
  unit,
})
const share = (id: string, label: string, value: number | null | undefined, unit = '%'): BriefFigure => ({
  ...whole(id, label, value, unit),
  text: rate(value),
})

/**
 * Which figures of a panel go into a brief, in the order of the panel. Only what the wall shows: the brief and the screen
 * are compared figure by figure (test/meetings).
 */
const READERS: { readonly [Name in PanelName]?: Reader<Name> } = {
  zeros: ({ zeros }) => zeros.map(({ key, title, days }) => whole(`zeros.${key}`, title, days, '天')),
  terminal: (it) => [
    share('terminal.online-rate', '在线率', it.onlineRate),
    whole('terminal.online', '在线', it.online, '台'),
    whole('terminal.managed', '在管', it.managed, '台'),
    whole('terminal.covered', '覆盖', it.covered, '台'),
    whole('terminal.virus', '病毒未处置', it.virus.unresolved),
    whole('terminal.outreach', '违规外联', it.outreach.today),
    whole('terminal.patches', '高危补丁缺失', it.patches.hosts, '台'),
  ],
  access: (it) => [
    whole('access.abnormal', '异常门', it.abnormal.total),
    whole('access.passes', '今日通行', it.passesToday),
    whole('access.denied', '拒绝', it.denied.total),
  ],
  alerts: ({ counts }) => [
    whole('alerts.unacknowledged', '未确认', counts.unacknowledged),
    whole('alerts.acknowledged', '已确认', counts.acknowledged),
    whole('alerts.returned', '已恢复待确认', counts.returned),
    whole('alerts.normal-today', '今日转正常', counts.normalToday),
  ],
  flow: (it) => [
    ...COLOURS.map((colour) => whole(`flow.${colour}`, COLOUR_WORDS[colour], it.byColour[colour] ?? null, '件')),
    whole('flow.over-detention', '超期羁押', it.overDetention),
  ],
  draw: (it) => [
    share('draw.random-share', '随机占比', it.randomShare),
    whole('draw.random', '随机', it.random, '件'),
    whole('draw.designated', '指定', it.designated, '件'),
  ],
  review: ({ stages }) => stages.map(({ id, name, count: n }) => whole(`review.${id}`, name, n, '件')),
  petition: (it) => [
    ...it.colours.map((one) => whole(`petition.${one.colour}`, `${one.name} ${one.grade}`, one.count, '件')),
    whole('petition.week-up', '本周升级', it.week.up),
    whole('petition.week-down', '本周降级', it.week.down),
  ],
  disclosure: (it) => [
    ...it.steps.map(({ id, name, count: n }) => whole(`disclosure.${id}`, name, n, '份')),
    whole('disclosure.published', '本年公开', it.published, '份'),
    whole('disclosure.returned', '退回', it.returned, '份'),
    whole('disclosure.withdrawn', '撤回', it.withdrawn, '份'),
  ],
  sources: ({ ingest }) => [whole('sources.quarantine', '隔离待修', ingest.quarantineOpen, '条')],
  presence: ({ cells }) => cells.map(({ label, count: n }, at) => whole(`presence.${at}`, label, n)),
  'alert-load': ({ standing }) => [whole('alert-load.standing', '常驻告警', standing)],
}

export function figuresOf<Name extends PanelName>(panel: Name, data: PanelData<Name>): BriefFigure[] {
  const read = READERS[panel] as Reader<Name> | undefined
  return read ? read(data) : []
}

/** The order of a brief: the wall's, from the left to the right. */
export const BRIEF_PANELS = [
  'zeros',
  'alerts',
  'terminal',
  'access',
  'flow',
  'draw',
  'review',
  'petition',
  'disclosure',
  'sources',
  'presence',
  'alert-load',
] as const satisfies readonly PanelName[]
