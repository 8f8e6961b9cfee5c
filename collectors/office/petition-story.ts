import type { PetitionColour, petitionRoutes } from '../../contract/http/petitions.ts'
import type { Chance } from './random.ts'

/** Matters of the simulated office: what people ask for, and how grave it is. Names and numbers belong to nobody. */
type Signs = Readonly<Record<string, number | string>>
export interface OfficeMatter {
  title: string
  demand: string
  kind: string
  channel: 'letter' | 'visit' | 'web' | 'phone' | '12309'
  people: number
  area: string
  object: string
  contact: { name: string; phone: string }
}

const AREAS = ['城关街道', '和平街道', '滨河街道', '南关街道', '东山镇', '柳林镇', '石桥乡', '开发区']
const CHANNELS = ['letter', 'visit', 'visit', 'web', 'phone', '12309', '12309'] as const
const SURNAMES = Array.from('申柏贺卞娄耿莫裴席游')
/** Kind of petitions.yaml, title, demand, object. */
const STORIES = [
  [
    'non-arrest',
    '不服对邻里伤害案不批准逮捕的决定',
    '认为嫌疑人有逃跑可能，要求复查不批准逮捕的决定',
    '本院审查逮捕决定',
  ],
  ['non-prosecution', '不服交通肇事案相对不起诉决定', '认为对方未诚恳道歉，要求提起公诉', '本院不起诉决定'],
  ['criminal-appeal', '申诉盗窃案量刑过重', '认为退赃情节未被考虑，请求抗诉', '区人民法院刑事判决'],
  ['civil-supervision', '申请监督民间借贷纠纷判决', '认为还款凭证未被采信，申请监督', '区人民法院民事判决'],
  ['civil-supervision', '请求监督拆迁补偿行政案件的执行', '判决生效后一年未执行，请求监督', '区人民法院执行局'],
  ['accusation', '反映侦查机关超期扣押车辆', '案件办结后车辆未返还，请求监督返还', '公安分局'],
  ['report', '举报村集体资金去向不明', '请求核查土地流转款的使用', '某村民委员会'],
  ['compensation', '申请司法救助', '被害人家庭失去主要收入来源，请求救助', '本院控告申诉检察部门'],
  ['compensation', '申请国家赔偿', '无罪后请求赔偿羁押期间损失', '公安分局、区人民法院'],
  ['handling', '反映案件长期未告知进展', '请求告知案件办理进展和承办人', '本院案件承办部门'],
  ['dispute', '宅基地纠纷引发的轻伤害案要求调解', '双方邻里多年，请求组织调解', '双方当事人'],
  ['dispute', '工地欠薪引发的聚集', '要求追究拖欠工资的责任并先行支付', '某建筑劳务公司'],
  ['dispute', '小区物业与业主冲突', '要求处理噪声与围挡问题，防止再次冲突', '某物业公司'],
  ['other', '咨询社区矫正期间外出的手续', '请求说明办理外出的程序', '区司法局'],
] as const

export function officeMatter(chance: Chance): OfficeMatter {
  const [kind, title, demand, object] = chance.pick(STORIES)
  const many = title.includes('聚集') || title.includes('冲突')
  return {
    title,
    demand: `${demand}（演示）`,
    kind,
    channel: chance.pick(CHANNELS),
    people: many ? chance.int(3, 12) : 1,
    area: chance.pick(AREAS),
    object,
    contact: {
      name: `${chance.pick(SURNAMES)}某`,
      phone: `199-0000-${String(chance.int(0, 9999)).padStart(4, '0')}`,
    },
  }
}

type Rules = ReturnType<(typeof petitionRoutes)['rules']['answer']['parse']>
interface Weight {
  colour: PetitionColour
  share: number
  visits: readonly [number, number]
  /** Which level of each part, from the calmest: 0, 1, … */
  levels: Readonly<Record<string, number>>
  signals: readonly string[]
}
/** domain.md D.1: most are calm; a red one is rare. */
const WEIGHTS: readonly Weight[] = [
  { colour: 'green', share: 0.33, visits: [1, 1], levels: {}, signals: [] },
  { colour: 'blue', share: 0.34, visits: [1, 1], levels: { adverse: 1, emotion: 1 }, signals: ['first-complaint'] },
  { colour: 'yellow', share: 0.22, visits: [2, 4], levels: { adverse: 2, emotion: 1, hardship: 1 }, signals: [] },
  {
    colour: 'orange',
    share: 0.09,
    visits: [3, 6],
    levels: { adverse: 2, emotion: 2, publicity: 1 },
    signals: ['threat-escalate'],
  },
  {
    colour: 'red',
    share: 0.02,
    visits: [5, 8],
    levels: { adverse: 2, emotion: 3, publicity: 1 },
    signals: ['blocking'],
  },
]
export function weightOf(chance: Chance): Weight {
  let at = chance.int(0, 999) / 1000
  for (const weight of WEIGHTS) {
    at -= weight.share
    if (at < 0) return weight
  }
  return WEIGHTS[0] as Weight
}
export const CALM = WEIGHTS[0] as Weight

/** What somebody at the desk fills in: a number or a level for every part that is asked. */
export function factsOf(rules: Rules, weight: Weight, people: number, chance: Chance): Signs {
  const asked = rules.parts.filter(({ ask }) => ask !== 'system')
  const say = (part: (typeof asked)[number]): number | string => {
    if (part.ask === 'count') return part.id === 'people' ? people : chance.int(weight.visits[0], weight.visits[1])
    return part.levels[Math.min(part.levels.length - 1, weight.levels[part.id] ?? 0)]?.id ?? ''
  }
  return Object.fromEntries(asked.map((part) => [part.id, say(part)]))
}
/** Only signals that the rules of this office know. */
export const signalsOf = (rules: Rules, { signals }: Weight): string[] =>
  signals.filter((id) => rules.signals.some((one) => one.id === id))

/** A sheet that stands for a paper of the archive. */
export const paperOf = (title: string, no: string, day: string): Buffer =>
  Buffer.from(`${title}\n事项：${no}\n日期：${day}\n（演示材料，全部虚构）\n`)
